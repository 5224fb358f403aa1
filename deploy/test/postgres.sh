#!/bin/sh
# What the official image does at its first start, with the same variables.
set -eu
data=/var/lib/postgresql/data
if [ ! -f "$data/PG_VERSION" ]; then
    initdb --pgdata "$data" --username "$POSTGRES_USER" --pwfile "$POSTGRES_PASSWORD_FILE" --auth scram-sha-256 \
        --encoding UTF8 --locale C.UTF-8
    echo "host all all all scram-sha-256" >>"$data/pg_hba.conf"
    # Only on its socket until the database is there.
    pg_ctl --pgdata "$data" --wait --options "-c listen_addresses= -k /tmp" start
    PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE") createdb --host /tmp --username "$POSTGRES_USER" "$POSTGRES_DB"
    pg_ctl --pgdata "$data" --wait stop
fi
exec postgres -D "$data" -k /tmp -c 'listen_addresses=*'
