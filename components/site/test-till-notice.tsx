import { Container } from '#components/ui/container.tsx';

/** On every page of a shop whose till is a toy, so that nobody waits for a parcel. */
export function TestTillNotice() {
  return (
    <aside aria-label="About this shop" className="bg-well text-sm text-muted">
      <Container>
        <p className="py-1.5 text-center">
          <strong className="font-semibold text-ink">Test till.</strong> You pay with test cards: no real
          money moves, and nothing is sent.
        </p>
      </Container>
    </aside>
  );
}
