import { Container } from '#components/ui/container.tsx';

/** Shown on every page in test mode, so that shoppers don't mistake the shop for a real one. */
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
