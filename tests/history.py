"""What the API can still give back of a chapter."""

import re


def texts_kept(client, chapter):
    """Return every text of the chapter's story that the API can give back: heads and versions."""
    found = set()
    listed = client.get(f"/api/v1/stories/{chapter.story_id}/chapters").json()["chapters"]
    for item in listed:
        base = f"/api/v1/chapters/{item['id']}"
        found.add(client.get(base, {"as_html": "false"}).json()["content"].strip())
        for version in client.get(f"{base}/versions").json()["versions"]:
            content = client.get(f"{base}/versions/{version['id']}").json()["content"]
            found.add(re.sub("<[^>]+>", "", content).strip())
    return found
