/** As many fields as a checkout with every option open. */
const fields = 60;

/** A form with labels, as plain as a form can be. */
export function Form({ visitor }: { visitor: string }) {
  return (
    <main>
      <h1>Checkout of {visitor}</h1>
      <form method="post">
        {Array.from({ length: fields }, (_, index) => {
          const name = `field-${index + 1}`;
          return (
            <p key={name}>
              <label htmlFor={name}>Field {index + 1}</label>
              <input id={name} name={name} type="text" required autoComplete="off" defaultValue={visitor} />
            </p>
          );
        })}
        <button type="submit">Send</button>
      </form>
    </main>
  );
}
