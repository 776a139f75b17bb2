#!/bin/sh
# Starts Alertmanager with a configuration made from the environment, which Alertmanager itself does not read.
#
#   ALERT_WEBHOOK_URL     gets every alert as JSON
#   ALERT_MAIL_TO         gets every alert by mail, with ALERT_MAIL_FROM and ALERT_MAIL_SERVER (host:port), and
#                         ALERT_MAIL_USER and ALERT_MAIL_PASSWORD where that server wants them; ALERT_MAIL_TLS=false
#                         for a server without TLS
#   ALERT_GROUP_WAIT      how long alerts of one kind are gathered before the first is sent (10s)
set -eu

configuration=${ALERT_CONFIGURATION:-/tmp/alertmanager.yml}

# One line of YAML with a quoted value.
line() { printf "%s: '%s'\n" "$1" "$(printf %s "$2" | sed "s/'/''/g")"; }

if [ -z "${ALERT_WEBHOOK_URL:-}${ALERT_MAIL_TO:-}" ]; then
    echo "alerts would reach nobody: set ALERT_WEBHOOK_URL, or ALERT_MAIL_TO, ALERT_MAIL_FROM and ALERT_MAIL_SERVER" >&2
    exit 2
fi
if [ -n "${ALERT_MAIL_TO:-}" ] && { [ -z "${ALERT_MAIL_FROM:-}" ] || [ -z "${ALERT_MAIL_SERVER:-}" ]; }; then
    echo "mail needs ALERT_MAIL_FROM and ALERT_MAIL_SERVER (host:port) beside ALERT_MAIL_TO" >&2
    exit 2
fi

umask 077
{
    cat <<END
route:
  receiver: people
  group_by: [alertname, camera_id]
  group_wait: ${ALERT_GROUP_WAIT:-10s}
  group_interval: 1m
  repeat_interval: 12h
  routes:
    # Somebody should have come by now.
    - matchers: ['severity="page"']
      repeat_interval: 30m
receivers:
  - name: people
END
    if [ -n "${ALERT_WEBHOOK_URL:-}" ]; then
        echo "    webhook_configs:"
        line "      - url" "$ALERT_WEBHOOK_URL"
        echo "        send_resolved: true"
    fi
    if [ -n "${ALERT_MAIL_TO:-}" ]; then
        echo "    email_configs:"
        line "      - to" "$ALERT_MAIL_TO"
        line "        from" "$ALERT_MAIL_FROM"
        line "        smarthost" "$ALERT_MAIL_SERVER"
        if [ -n "${ALERT_MAIL_USER:-}" ]; then
            line "        auth_username" "$ALERT_MAIL_USER"
            line "        auth_password" "${ALERT_MAIL_PASSWORD:-}"
        fi
        echo "        require_tls: ${ALERT_MAIL_TLS:-true}"
        echo "        send_resolved: true"
    fi
} >"$configuration"

# One instance, which looks for no others.
exec "${ALERTMANAGER:-alertmanager}" --config.file="$configuration" --cluster.listen-address= \
    --storage.path="${ALERT_STORAGE:-/alertmanager}" "$@"
