import { ProductPicture } from '#components/catalogue/product-picture.tsx';
import { Container } from '#components/ui/container.tsx';

/** A category and a picture of one of its products. */
export interface ShelfItem {
  slug: string;
  title: string;
  image: string;
}

/** The shop's headline, and below it a shelf with one product of each category. */
export function HomeHero({ shelf }: { shelf: ShelfItem[] }) {
  return (
    <Container className="pt-10 sm:pt-16">
      <div className="grid items-end gap-x-12 gap-y-5 lg:grid-cols-[1fr_25rem]">
        <h1 className="text-4xl tracking-[-0.04em] [word-spacing:0.06em]">Buy it once.</h1>
        <p className="max-w-[34rem] text-lg text-muted">
          Plain, well-made things for every day. They are repaired when they wear, and they get better with
          use.
        </p>
      </div>
      <nav aria-label="Shelves" className="mt-8 sm:mt-12">
        <ul className="grid grid-cols-3 gap-y-6 lg:grid-cols-6">
          {shelf.map((item) => (
            <ShelfPlace key={item.slug} {...item} />
          ))}
        </ul>
      </nav>
    </Container>
  );
}

function ShelfPlace({ slug, title, image }: ShelfItem) {
  return (
    <li>
      <a href={`/category/${slug}`} className="group flex h-full flex-col justify-end rounded-sm">
        <ProductPicture
          image={image}
          alt=""
          className="mx-1.5 rounded-b-none transition-transform group-hover:-translate-y-1 motion-reduce:transform-none sm:mx-2.5"
        />
        {/* The board belongs to the name below it. It overlaps its neighbours by a pixel, so that a row
            of boards forms one straight shelf even when column widths are rounded. */}
        <span className="relative flex min-h-12 items-center px-1.5 pt-1 font-medium after:absolute after:-inset-x-px after:top-0 after:h-1 after:bg-accent group-hover:text-accent group-hover:underline group-hover:underline-offset-4 sm:px-2.5">
          {title}
        </span>
      </a>
    </li>
  );
}
