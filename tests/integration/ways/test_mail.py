"""E-mail through a real mail server (aiosmtpd), and what its letters look like."""

import ssl

import pytest

from bot.chat.port import Card
from bot.ports import Notice
from bot.ways import Mail, parse_mail_url
from bot.ways.mail import letter_of
from iac.errors import Broken
from tests.fixtures.mailbox import Postbox, mail_server
from tests.fixtures.repositories import certificate_for

FROM, TO = "threadform@example.org", ("oncall@example.org", "bob@example.org")


def notice(text="It broke.\nLook at it.", title="api01: broken", key="run:1:errored", severity="critical"):
    return Notice(key, severity, title, text, Card(title))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return certificate_for(tmp_path_factory.mktemp("mail"), "localhost", "127.0.0.1")


def trusting(certificate):
    return lambda: ssl.create_default_context(cafile=str(certificate[0]))


def context_of(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


async def test_a_letter_reaches_everybody_and_says_what_it_is():
    postbox = Postbox()
    with mail_server(postbox) as where:
        await Mail(parse_mail_url(f"smtp://{where}"), FROM, TO).send(notice("Ça a cassé.\nÀ voir."))
    ((to, said),) = postbox.letters
    assert to == list(TO)
    assert said["Subject"] == "[Threadform] api01: broken"
    assert (said["From"], said["To"]) == (FROM, ", ".join(TO))
    assert said["Auto-Submitted"] == "auto-generated"
    assert said["Importance"] == "high"
    assert said.get_content().replace("\r\n", "\n").strip() == "Ça a cassé.\nÀ voir."


async def test_one_address_that_is_refused_keeps_nothing_from_the_other():
    postbox = Postbox(refused=TO[0])
    with mail_server(postbox) as where:
        await Mail(parse_mail_url(f"smtp://{where}"), FROM, TO).send(notice())
    assert [to for to, _ in postbox.letters] == [[TO[1]]]


async def test_a_server_that_takes_nobody_or_is_not_there_is_a_fault():
    postbox = Postbox(refused=TO[0])
    with mail_server(postbox) as where, pytest.raises(Broken, match="550"):
        await Mail(parse_mail_url(f"smtp://{where}"), FROM, TO[:1]).send(notice())
    with pytest.raises(Broken, match="sending e-mail"):
        await Mail(parse_mail_url("smtp://127.0.0.1:1"), FROM, TO).send(notice())


async def test_a_password_goes_out_under_tls_alone(certificate):
    postbox = Postbox()
    wishes = {"tls_context": context_of(certificate), "authenticator": postbox.login, "auth_require_tls": True}
    with mail_server(postbox, **wishes) as where:
        server = parse_mail_url(f"smtp://bot:a%20secret%20word@{where}")
        await Mail(server, FROM, TO, trust=trusting(certificate)).send(notice())
    assert postbox.users == [("bot", "a secret word", True)]
    assert len(postbox.letters) == 1


async def test_a_password_is_kept_from_a_server_that_cannot_hide_it():
    postbox = Postbox()
    with mail_server(postbox, authenticator=postbox.login, auth_require_tls=False) as where:
        server = parse_mail_url(f"smtp://bot:word@{where}")
        with pytest.raises(Broken, match="STARTTLS"):
            await Mail(server, FROM, TO).send(notice())
    assert postbox.users == []
    assert postbox.letters == []


async def test_a_server_with_a_certificate_of_nobody_is_not_trusted(certificate):
    postbox = Postbox()
    with mail_server(postbox, tls_context=context_of(certificate)) as where:
        mail = Mail(parse_mail_url(f"smtp://{where}"), FROM, TO)
        with pytest.raises(Broken, match="certificate"):
            await mail.send(notice())
    assert postbox.letters == []


def test_the_same_notice_is_the_same_letter_and_another_is_another():
    first, again = (letter_of(notice(), FROM, TO)["Message-ID"] for _ in range(2))
    assert first == again
    assert letter_of(notice(key="other"), FROM, TO)["Message-ID"] != first


def test_no_title_makes_a_header_of_its_own():
    said = letter_of(notice(title="api01\r\nBcc: everybody@example.org " + "x" * 300), FROM, TO)
    assert said["Bcc"] is None
    assert "\n" not in said["Subject"]
    assert len(said["Subject"]) == 150


@pytest.mark.parametrize("wrong", ["mail.example.org", "http://mail.example.org", "smtp://", "smtps:mail"])
def test_an_address_that_is_no_mail_server_is_refused(wrong):
    with pytest.raises(ValueError, match="smtps://user"):
        parse_mail_url(wrong)


def test_ports_and_quoted_passwords_of_an_address_are_understood():
    secure, plain = parse_mail_url("smtps://u%40x:p%3A%2F@mail.example.org"), parse_mail_url("smtp://mail:2525")
    assert (secure.port, secure.user, secure.password) == (465, "u@x", "p:/")
    assert (plain.port, plain.user) == (2525, "")
    assert "p:/" not in repr(secure)
