import asyncio
import os

import aioboto3


class Stats:
    def __init__(self):
        self.session = aioboto3.Session()

    async def pages(self):
        total = 0
        async with self.session.resource("s3") as s3:
            bucket = await s3.Bucket(os.environ["PAGES"])
            async for item in bucket.objects.all():
                total += await item.size
        return total

    async def links(self):
        count = 0
        async with self.session.client("dynamodb") as client:
            paginator = client.get_paginator("scan")
            async for page in paginator.paginate(TableName=os.environ["LINKS"], Select="COUNT"):
                count += page["Count"]
        return count


async def gather():
    stats = Stats()
    size, links = await asyncio.gather(stats.pages(), stats.links())
    return {"bytes": size, "links": links}


def handler(event, context):
    return asyncio.get_event_loop().run_until_complete(gather())
