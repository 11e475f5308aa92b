# ruff: noqa
# fmt: off
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import sessionmaker

engine = create_engine("postgresql://h/d")
Session = sessionmaker(bind=engine)


def plain(event, context):
    with engine.connect() as conn:
        conn.execute("SELECT * FROM t WHERE n = '" + event["n"] + "'")  # bad: sql-injection
        conn.execute(text("SELECT * FROM t WHERE n = '" + event["n"] + "'"))  # bad: sql-injection
        conn.execute(text("SELECT * FROM t WHERE n = :n"), {"n": event["n"]})
        conn.execute("SELECT 1")


def orm(event, context):
    session = Session()
    session.execute(text(f"DELETE FROM t WHERE n = {event['n']}"))  # bad: sql-injection
    session.query(Order).filter(Order.id == event["id"]).all()
    session.execute(select(Order).where(Order.id == event["id"]))
