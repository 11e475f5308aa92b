from ports import OrderStore


class MemoryStore(OrderStore):
    def __init__(self):
        self.orders = {}

    def place(self, order):
        self.orders[order["id"]] = order

    def cancel(self, order_id, version):
        self.orders.pop(order_id)

    def pending(self):
        return list(self.orders)
