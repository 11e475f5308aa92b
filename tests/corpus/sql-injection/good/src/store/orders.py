import os

import psycopg2

COLUMNS = {"date": "placed_at", "total": "total"}


def find(customer, order):
    connection = psycopg2.connect(os.environ["DSN"])
    cursor = connection.cursor()
    column = COLUMNS.get(order, "placed_at")
    cursor.execute("SELECT id, total FROM orders WHERE customer = %s ORDER BY " + column, (customer,))
    return cursor.fetchall()
