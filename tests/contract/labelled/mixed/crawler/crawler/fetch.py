import asyncio
import hashlib
import os
import re

import aioboto3
import aiohttp

session = aioboto3.Session()
HREF = re.compile(r'href="(https://[^"#]+)"')


async def save(url, text):
    key = hashlib.sha1(url.encode()).hexdigest()
    async with session.client("s3") as s3:
        await s3.put_object(Bucket=os.environ["PAGES"], Key=key, Body=text.encode(), ContentType="text/html")
    return key


async def remember(url, key):
    async with session.resource("dynamodb") as dynamo:
        table = await dynamo.Table(os.environ["LINKS"])
        known = await table.get_item(Key={"url": url})
        await table.put_item(Item={"url": url, "page": key})
        return "Item" in known


async def push(urls):
    async with session.client("sqs") as sqs:
        for start in range(0, len(urls), 10):
            entries = [{"Id": str(i), "MessageBody": u} for i, u in enumerate(urls[start : start + 10])]
            await sqs.send_message_batch(QueueUrl=os.environ["FRONTIER"], Entries=entries)


async def visit(http, url):
    async with http.get(url) as response:
        text = await response.text()
    key = await save(url, text)
    if not await remember(url, key):
        await push(sorted(set(HREF.findall(text)))[:50])


async def main(event):
    async with aiohttp.ClientSession() as http:
        await asyncio.gather(*(visit(http, r["body"]) for r in event["Records"]))


def handler(event, context):
    asyncio.run(main(event))
