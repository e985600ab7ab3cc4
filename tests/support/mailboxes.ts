/**
 * Email addresses and the mailbox by which their emails are counted. Both `mailboxOf` and the database's
 * `mailbox_of` are tested with these, because they must agree.
 */
export const mailboxes: readonly (readonly [address: string, mailbox: string])[] = [
  ['ada@example.com', 'ada@example.com'],
  ['Ada@EXAMPLE.com', 'ada@example.com'],
  ['ada+lamps@example.com', 'ada@example.com'],
  ['ada+lamps+2@example.com', 'ada@example.com'],
  ['a.d.a@example.com', 'a.d.a@example.com'],
  ['victimname@gmail.com', 'victimname@gmail.com'],
  ['v.ictim.name@gmail.com', 'victimname@gmail.com'],
  ['.v..ictimname.@gmail.com', 'victimname@gmail.com'],
  ['victimname@googlemail.com', 'victimname@gmail.com'],
  ['VICTIM.Name+a.b@GoogleMail.com', 'victimname@gmail.com'],
  ['v.ictimname+x@gmail.com', 'victimname@gmail.com'],
  ['+x@gmail.com', '@gmail.com'],
  ['a.da@gmail.com.example', 'a.da@gmail.com.example'],
  ['a.da@mail.gmail.com', 'a.da@mail.gmail.com'],
  ['a.da@notgmail.com', 'a.da@notgmail.com'],
  ['a.da@gmailxcom.com', 'a.da@gmailxcom.com'],
  ['gmail.com@a.example', 'gmail.com@a.example'],
];
