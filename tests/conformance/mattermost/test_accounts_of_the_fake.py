"""What an admin does once on the fake: a bot, its token, a team and a channel for it, and the server's settings."""


async def test_an_admin_makes_a_bot_that_works(server):
    admin = server.person("admin")
    bot = (await admin.call("POST", "/bots", {"username": "threadform", "display_name": "Threadform"})).said
    again = await admin.call("POST", "/bots", {"username": "threadform"})
    assert (again.status, again.said["id"]) == (400, "app.user.save.username_exists.app_error")
    token = await admin.call("POST", f"/users/{bot['user_id']}/tokens", {"description": "threadform"})
    listed = await admin.call("GET", f"/users/{bot['user_id']}/tokens")
    assert "token" in token.said
    assert ["token" in row for row in listed.said] == [False]
    where = server.channel.id
    early = await admin.call("POST", f"/channels/{where}/members", {"user_id": bot["user_id"]})
    assert early.status == 404
    joining = {"team_id": server.team.id, "user_id": bot["user_id"]}
    assert (await admin.call("POST", f"/teams/{server.team.id}/members", joining)).status == 201
    assert (await admin.call("POST", f"/channels/{where}/members", {"user_id": bot["user_id"]})).status == 201
    robot = server.person("threadform")
    assert (await robot.call("GET", "/users/me")).said["is_bot"] is True
    assert (await admin.call("POST", "/users/tokens/revoke", {"token_id": token.said["id"]})).is_ok
    assert server.world.bearer(token.said["token"]) is None


async def test_others_may_not(server):
    ann = server.person("ann")
    for method, path in [("POST", "/bots"), ("GET", "/config"), ("POST", f"/users/{server.admin.id}/tokens")]:
        assert (await ann.call(method, path, {"username": "x", "description": "x"})).status == 403
    assert (await ann.call("GET", f"/users/{ann.id}/groups")).status == 403


async def test_settings_that_are_off_are_said(server):
    admin, ann = server.person("admin"), server.person("ann")
    server.world.settings |= {"EnableBotAccountCreation": False, "EnableUserAccessTokens": False}
    assert (await admin.call("POST", "/bots", {"username": "x"})).said["id"] == "api.bot.create_disabled"
    assert (await ann.call("POST", "/users/me/tokens", {"description": "x"})).status == 501
    read = (await admin.call("GET", "/config")).said["ServiceSettings"]
    assert read["EnableBotAccountCreation"] is False
    assert (await ann.call("GET", "/config/client?format=old")).said["Version"] == "11.11.1"
    server.world.version = "10.11.4"
    assert (await ann.call("GET", "/config/client")).status == 501


async def test_a_token_that_is_nobodys_is_refused_as_the_server_does(server):
    async with server.session.get(f"{server.url}/api/v4/users/me", headers={"Authorization": "Bearer x"}) as answer:
        said = await answer.json()
    assert (answer.status, set(said)) == (401, {"id", "message", "detailed_error", "request_id", "status_code"})
    login = {"login_id": "admin", "password": "admin"}
    async with server.session.post(f"{server.url}/api/v4/users/login", json=login) as answer:
        token = answer.headers["Token"]
        assert server.world.bearer(token) is server.admin


async def test_the_cookie_of_a_login_goes_before_the_header_and_changes_nothing(server):
    admin = server.person("admin")
    headers = {"Authorization": f"Bearer {admin.token}", "Cookie": f"MMAUTHTOKEN={admin.token}"}
    address = f"{server.url}/api/v4/users/me"
    async with server.session.get(address, headers=headers) as answer:
        assert answer.status == 200
    async with server.session.post(f"{address}/tokens", json={"description": "x"}, headers=headers) as answer:
        assert answer.status == 401


async def test_a_direct_channel_is_one_whoever_asks(server):
    ann, bob, eve = (server.person(name) for name in ("ann", "bob", "eve"))
    one = await ann.call("POST", "/channels/direct", [ann.id, bob.id])
    other = await bob.call("POST", "/channels/direct", [bob.id, ann.id])
    assert one.said["id"] == other.said["id"]
    assert (await eve.call("GET", f"/channels/{one.said['id']}/posts")).status == 403
    await ann.say("psst", channel_id=one.said["id"])
    assert [word["message"] for word in bob.whispers()] == ["psst"]
