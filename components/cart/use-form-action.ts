import { startTransition, useActionState, useRef, useState } from 'react';

type FormAction<State> = (before: State, form: FormData) => Promise<State>;

/**
 * A server action of a form, for both ways it is sent. `formAction` belongs on the form: that is
 * what the browser posts while there is no script. `send` is the script's way, one call after the
 * other, and differs from React's own in one thing: a call that gets lost gives a state too
 * (`whenLost`), where React would take the page away and show the error page.
 */
export function useFormAction<State>(
  action: FormAction<State>,
  initial: Awaited<State>,
  whenLost: (before: State, form: FormData) => State,
) {
  const [posted, formAction] = useActionState<State, FormData>(action, initial);
  const [state, setState] = useState(posted);
  const latest = useRef(posted);
  const calls = useRef(Promise.resolve());

  function send(form: FormData): Promise<void> {
    calls.current = calls.current.then(async () => {
      latest.current = await action(latest.current, form).catch(() => whenLost(latest.current, form));
      const after = latest.current;
      startTransition(() => setState(after));
    });
    return calls.current;
  }

  return { state, formAction, send };
}
