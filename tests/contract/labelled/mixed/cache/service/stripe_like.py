class Client:
    """A stand-in for a vendor library."""

    def __init__(self, api_key):
        self.api_key = api_key
        self._items = []

    def put_item(self, item):
        self._items.append(item)

    def receive_message(self, limit):
        return self._items[:limit]

    def delete_message(self, message):
        self._items.remove(message)
