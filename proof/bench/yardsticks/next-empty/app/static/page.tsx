import { Form } from '../form.tsx';

/** The same markup, rendered once by the build. */
export default function Page() {
  return <Form visitor="a guest" />;
}
