import { cookies } from 'next/headers';
import { Form } from '../form.tsx';

/** Rendered for each visitor, because it reads a cookie. */
export default async function Page() {
  const jar = await cookies();
  return <Form visitor={jar.get('visitor')?.value ?? 'a guest'} />;
}
