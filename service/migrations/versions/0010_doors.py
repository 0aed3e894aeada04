"""Passwords, second factors, passkeys, own links and codes, and what is to be handed over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _account(table: str, name: str = "account_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], ["account.id"], name=op.f(f"fk_{table}_{name}_account"))


def upgrade() -> None:
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_email"))
        batch_op.drop_column("email")
        batch_op.add_column(sa.Column("email_hash", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("email_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("password_hash", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("pin_hash", sa.String(), nullable=True))
        batch_op.create_unique_constraint(op.f("uq_account_email_hash"), ["email_hash"])

    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_outbox_message_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_outbox_message_kind"), "kind IN ('invitation', 'account')")

    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("purpose", sa.String(), nullable=False, server_default="sign_in"))
        batch_op.add_column(sa.Column("code_hash", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("device_hash", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("made_by", sa.Integer(), nullable=True))
        batch_op.create_unique_constraint(op.f("uq_sign_in_link_code_hash"), ["code_hash"])
        batch_op.create_foreign_key(op.f("fk_sign_in_link_made_by_account"), "account", ["made_by"], ["id"])
        batch_op.create_check_constraint(
            op.f("ck_sign_in_link_purpose"), "purpose IN ('sign_in', 'invitation', 'reset')"
        )
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.alter_column("purpose", existing_type=sa.String(), server_default=None)
        batch_op.create_index(batch_op.f("ix_sign_in_link_device_hash"), ["device_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_link_made_by"), ["made_by"], unique=False)

    # Whoever is signed in signs in again: an old session does not know when its owner proved who they are.
    op.execute("DELETE FROM web_session")
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public_id", sa.String(length=32), nullable=False))
        batch_op.add_column(sa.Column("browser", sa.String(), nullable=False))
        batch_op.add_column(sa.Column("confirmed_at", MOMENT, nullable=False))
        batch_op.create_unique_constraint(op.f("uq_web_session_public_id"), ["public_id"])

    op.create_table(
        "half_sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        _account("half_sign_in"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_half_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_half_sign_in_token_hash")),
    )
    op.create_table(
        "authenticator",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=True),
        _account("authenticator"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_authenticator")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        _account("recovery_code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("account_id", "code_hash", name=op.f("uq_recovery_code_account_id_code_hash")),
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        _account("passkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_passkey_public_id")),
    )
    op.create_table(
        "passkey_challenge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge_hash", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        _account("passkey_challenge"),
        sa.CheckConstraint(
            "purpose IN ('join', 'register', 'sign_in', 'confirm')", name=op.f("ck_passkey_challenge_purpose")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey_challenge")),
        sa.UniqueConstraint("challenge_hash", name=op.f("uq_passkey_challenge_challenge_hash")),
    )
    op.create_table(
        "own_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        _account("own_key"),
        _account("own_key", "made_by"),
        sa.CheckConstraint("kind IN ('link', 'code')", name=op.f("ck_own_key_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_key")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_own_key_secret_hash")),
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("values_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("handed_at", MOMENT, nullable=True),
        _account("letter"),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_letter_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("public_id", name=op.f("uq_letter_public_id")),
    )
    op.create_table(
        "setup_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setup_code")),
    )
    for table, columns in {
        "half_sign_in": ["account_id"],
        "recovery_code": ["account_id"],
        "passkey": ["account_id"],
        "passkey_challenge": ["account_id"],
        "own_key": ["account_id", "made_by"],
        "letter": ["territory_id", "account_id", "made_at"],
    }.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column], unique=False)
    op.create_index(
        "uq_own_key_one_of_a_kind",
        "own_key",
        ["account_id", "kind"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
