import { Container } from '#components/ui/container.tsx';
import { ButtonLink } from '#components/ui/form/button.tsx';

/** The shop's headline beside one large picture, with the way to the products. */
export function HomeHero() {
  return (
    <Container className="pt-4 sm:pt-8">
      <div className="grid overflow-hidden rounded-lg bg-well lg:grid-cols-[1fr_1.5fr]">
        <div className="flex flex-col items-start justify-center gap-4 px-5 py-6 max-lg:order-last sm:px-10 sm:py-10">
          <h1 className="text-4xl tracking-[-0.04em] [word-spacing:0.06em]">Buy it once.</h1>
          <p className="max-w-[30rem] text-lg text-muted">
            Plain, well-made things for every day. They are repaired when they wear, and they get better with
            use.
          </p>
          <ButtonLink href="#featured" size="lg">
            Shop the shelves
          </ButtonLink>
        </div>
        <img
          src="/home.svg"
          alt="A candle, a kettle, a casserole, two mugs and a carafe on a table, under a green lamp"
          width={1600}
          height={900}
          fetchPriority="high"
          className="aspect-[4/3] h-full w-full object-cover picture-tone sm:aspect-video lg:aspect-[4/3]"
        />
      </div>
    </Container>
  );
}
