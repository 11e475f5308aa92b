import os

import psycopg2


def find(customer, order):
    connection = psycopg2.connect(os.environ["DSN"])
    cursor = connection.cursor()
    cursor.execute("SELECT id, total FROM orders WHERE customer = '%s' ORDER BY %s" % (customer, order))
    return cursor.fetchall()
