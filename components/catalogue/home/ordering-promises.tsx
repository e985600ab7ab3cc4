import { Container } from '#components/ui/container.tsx';

const promises = [
  {
    title: 'The whole price first',
    text: 'Delivery and tax are in the total before you order. What you see is what is on the invoice, to the cent.',
  },
  {
    title: 'One press or ten, one order',
    text: 'If the page hangs or the train goes into a tunnel, press again. You get the same order back, not a second one.',
  },
  {
    title: 'Sold means it is there',
    text: 'The last piece goes to one person. If it is gone when you order, we tell you immediately, and nothing is charged.',
  },
];

/** The shop's promises about ordering, shown where shoppers decide whether to order. */
export function OrderingPromises() {
  return (
    <Container className="mt-20 sm:mt-28">
      <section
        aria-labelledby="promises"
        className="rounded-lg bg-band px-6 py-10 text-on-band sm:px-10 sm:py-14"
      >
        <h2 id="promises" className="max-w-[24rem] text-2xl">
          Ordering should be the dull part
        </h2>
        <dl className="mt-8 grid gap-8 md:grid-cols-3 md:gap-10">
          {promises.map(({ title, text }) => (
            <div key={title} className="border-t border-on-band/40 pt-4">
              <dt className="text-lg font-semibold">{title}</dt>
              <dd className="mt-1">{text}</dd>
            </div>
          ))}
        </dl>
      </section>
    </Container>
  );
}
