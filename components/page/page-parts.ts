/** The names by which the host finds the parts of a frame that it fills, and the browser the filled ones. */

/** The attribute of the element that the host fills. */
export const holeAttribute = 'data-page';

/** The attribute of the element in it that holds the page's HTML. */
export const contentAttribute = 'data-page-content';

/** The id of the `script` element in it that holds the view as JSON. */
export const viewId = 'page-view';
