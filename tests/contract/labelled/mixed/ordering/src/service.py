import os

from adapters.dynamo import DynamoStore
from adapters.memory import MemoryStore

STORES = {"dynamodb": DynamoStore, "memory": MemoryStore}


def make_store():
    return STORES[os.environ.get("BACKEND", "memory")]()


class OrderService:
    def __init__(self, store, publisher=None):
        self.store = store
        self.publisher = publisher

    def place(self, order):
        self.store.place(order)
        if self.publisher:
            self.publisher.publish("placed", {"id": order["id"]})

    def cancel(self, order_id, version):
        self.store.cancel(order_id, version)
