import { Container } from '#components/ui/container.tsx';

/** On every page of a shop whose till is a toy, so that nobody takes it for a real one. */
export function TestModeNotice() {
  return (
    <aside aria-label="About this shop" className="bg-well text-sm text-muted">
      <Container>
        <p className="py-1.5 text-center">
          <strong className="font-semibold text-ink">Test mode.</strong> No real money moves here.
        </p>
      </Container>
    </aside>
  );
}
