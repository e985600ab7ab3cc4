import { ProductPicture } from '#components/catalogue/product-picture.tsx';
import { cn } from '#components/ui/cn.ts';

export interface VariantPicture {
  image: string;
  alt: string;
  /** The variants that look like this. */
  skus: string[];
}

/**
 * The picture of the chosen variant. A rule shows the one that belongs to the checked radio button of the form,
 * so it changes without JavaScript, too. Hidden pictures are lazy: they load when they are chosen. The first is
 * the one of the variant that is checked at the beginning.
 */
export function VariantPictures({ pictures, className }: { pictures: VariantPicture[]; className?: string }) {
  const rules = pictures.slice(1).map(({ skus }, index) => ruleFor(skus, index + 1));
  return (
    <div className={className}>
      {rules.length > 0 ? <style dangerouslySetInnerHTML={{ __html: rules.join('') }} /> : null}
      {pictures.map(({ image, alt }, index) => (
        <div key={image} data-picture={index} className={cn(index > 0 && 'hidden')}>
          {/* Lower on a phone, where the choices would be behind the bar with the button. */}
          <ProductPicture image={image} alt={alt} eager={index === 0} className="max-md:aspect-[6/5]" />
        </div>
      ))}
    </div>
  );
}

/** Shows a picture instead of the first one while one of these is checked. */
function ruleFor(skus: string[], index: number): string {
  const isChosen = `main:has(:is(${skus.map(fieldOf).join()}):checked)`;
  return `${isChosen} [data-picture="0"]{display:none}${isChosen} [data-picture="${index}"]{display:block}`;
}

/** Only SKUs of this form can be put into a cart, and none of their characters means anything in CSS. */
const fieldOf = (sku: string) => `[name=sku][value="${sku.replaceAll(/[^\w.-]/g, '')}"]`;
