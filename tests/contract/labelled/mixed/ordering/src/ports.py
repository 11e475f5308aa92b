from abc import ABC, abstractmethod


class OrderStore(ABC):
    """What the services need from a store."""

    @abstractmethod
    def place(self, order): ...

    @abstractmethod
    def cancel(self, order_id, version): ...

    @abstractmethod
    def pending(self): ...


class Publisher(ABC):
    @abstractmethod
    def publish(self, name, body): ...
