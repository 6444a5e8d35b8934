"""The fake keeps a server's rules about posts: once for a pending id, in a thread of its channel, changed whole."""

from tests.fixtures.mattermost.calls import still_saving, stored_then_502, too_many

BUTTON = {"id": "yes", "type": "button", "name": "Yes", "integration": {"url": "http://127.0.0.1:1/x", "context": {}}}


def card(**more):
    return {"attachments": [{"text": "a card", "actions": [{**BUTTON, **more}]}]}


async def test_a_pending_id_is_one_post_for_half_a_minute_and_not_across_a_restart(server):
    ann = server.person("ann")
    sent = {"channel_id": server.channel.id, "message": "once", "pending_post_id": f"{ann.id}:1"}
    first, again = [await ann.call("POST", "/posts", sent) for _ in range(2)]
    assert first.said["id"] == again.said["id"]
    server.world.offset_ms += 30_001
    assert (await ann.call("POST", "/posts", sent)).said["id"] != first.said["id"]
    await server.stop()
    await server.start()
    assert (await ann.call("POST", "/posts", sent)).status == 201
    assert len(server.said_by(ann.user)) == 3


async def test_a_post_that_was_stored_before_the_proxy_gave_up_is_there_once(server):
    ann = server.person("ann")
    server.fail("posts.create", stored_then_502(), still_saving(), too_many(2))
    sent = {"channel_id": server.channel.id, "message": "once", "pending_post_id": f"{ann.id}:1"}
    answers = [await ann.call("POST", "/posts", sent) for _ in range(4)]
    assert [answer.status for answer in answers] == [502, 500, 429, 201]
    assert answers[1].said["id"] == "api.post.deduplicate_create_post.pending"
    assert len(server.said_by(ann.user)) == 1


async def test_what_is_behind_a_button_is_shown_to_nobody(server):
    ann = server.person("ann")
    made = await ann.call("POST", "/posts", {"channel_id": server.channel.id, "message": "", "props": card()})
    read = await ann.call("GET", f"/posts/{made.said['id']}")
    for shown in (made.said, read.said):
        assert "integration" not in shown["props"]["attachments"][0]["actions"][0]
    assert server.world.posts[made.said["id"]].actions() == [BUTTON]


async def test_buttons_that_clients_could_not_press_are_refused(server):
    ann = server.person("ann")
    wrong = [{"id": "with_line"}, {"name": ""}, {"type": ""}, {"integration": {"url": "/nowhere"}}]
    for more in wrong:
        sent = {"channel_id": server.channel.id, "message": "", "props": card(**more)}
        assert (await ann.call("POST", "/posts", sent)).said["id"].startswith("fake.attachments"), more


async def test_a_patch_replaces_all_props_and_keeps_a_row_of_history(server):
    ann = server.person("ann")
    post = await ann.say("before")
    await ann.call("PUT", f"/posts/{post.id}/patch", {"props": {"one": 1}})
    await ann.call("PUT", f"/posts/{post.id}/patch", {"message": "after", "props": {"two": 2}})
    assert (post.message, post.props) == ("after", {"two": 2})
    assert [row.message for row in server.world.posts.values() if row.original_id == post.id] == ["before"]


async def test_a_post_that_is_gone_cannot_be_patched_and_one_too_old_neither(server):
    ann, bob = server.person("ann"), server.person("bob")
    post = await ann.say("hello")
    assert (await bob.call("PUT", f"/posts/{post.id}/patch", {"message": "mine"})).status == 403
    server.world.settings["PostEditTimeLimit"] = 5
    server.world.offset_ms += 6_000
    late = await ann.call("PUT", f"/posts/{post.id}/patch", {"message": "late"})
    assert (late.status, late.said["id"]) == (400, "api.post.update_post.permissions_time_limit.app_error")
    assert (await ann.delete(post)).is_ok
    assert (await ann.call("PUT", f"/posts/{post.id}/patch", {"message": "gone"})).status == 403
    assert (await ann.call("GET", f"/posts/{post.id}")).status == 404


async def test_sizes_and_threads_are_checked(server):
    ann = server.person("ann")
    other = server.add_channel("other", "O", ann.user)
    root = await ann.say("root")
    reply = await ann.say("reply", root_id=root.id)
    at = {"channel_id": server.channel.id, "message": "x"}
    refused = [
        (400, {**at, "message": "é" * 16_384}),
        (400, {**at, "props": {"long": "x" * 800_000}}),
        (400, {**at, "root_id": reply.id}),
        (500, {**at, "root_id": root.id, "channel_id": other.id}),
        (403, {**at, "channel_id": server.add_channel("closed", "P").id}),
    ]
    for status, sent in refused:
        assert (await ann.call("POST", "/posts", sent)).status == status
    assert (await ann.call("POST", "/posts", {**at, "message": "é" * 16_383})).status == 201
    thread = (await ann.call("GET", f"/posts/{reply.id}/thread")).said
    assert thread["order"] == [root.id, reply.id]


async def test_since_brings_roots_that_only_got_a_reply_histories_and_deleted_posts(server):
    ann = server.person("ann")
    root, gone = await ann.say("root"), await ann.say("gone")
    server.world.offset_ms += 10
    since = server.world.now()
    server.world.offset_ms += 10
    reply = await ann.say("reply", root_id=root.id)
    await ann.call("PUT", f"/posts/{reply.id}/patch", {"message": "better"})
    await ann.delete(gone)
    found = (await ann.call("GET", f"/channels/{server.channel.id}/posts?since={since}")).said["posts"].values()
    assert {(post["message"], bool(post["original_id"]), bool(post["delete_at"])) for post in found} == {
        ("root", False, False),
        ("better", False, False),
        ("reply", True, True),
        ("gone", False, True),
    }


async def test_only_who_was_allowed_may_write_what_one_person_sees(server):
    bot, ann = server.add("robot", is_bot=True), server.person("ann")
    robot = server.person("robot")
    sent = {"user_id": ann.id, "post": {"channel_id": server.channel.id, "message": "psst"}}
    assert (await robot.call("POST", "/posts/ephemeral", sent)).status == 403
    server.world.granted[bot.id] = {"create_post_ephemeral"}
    assert (await robot.call("POST", "/posts/ephemeral", sent)).status == 201
    assert [word["message"] for word in ann.whispers()] == ["psst"]


async def test_a_file_goes_up_first_and_belongs_to_one_post(server):
    ann = server.person("ann")
    address = f"{server.url}/api/v4/files?channel_id={server.channel.id}&filename=plan.diff"
    headers = {"Authorization": f"Bearer {ann.token}"}
    async with server.session.post(address, data=b"+ vm", headers=headers) as answer:
        (row,) = (await answer.json())["file_infos"]
    sent = {"channel_id": server.channel.id, "message": "see", "file_ids": [row["id"]]}
    posts = [server.world.posts[(await ann.call("POST", "/posts", sent)).said["id"]] for _ in range(2)]
    assert [server.files_of(post) for post in posts] == [{"plan.diff": b"+ vm"}, {}]
