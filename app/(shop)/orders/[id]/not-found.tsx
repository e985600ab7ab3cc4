import { OrderNotFound } from '#components/orders/order-not-found.tsx';

export default OrderNotFound;
