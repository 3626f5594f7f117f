#!/bin/sh
# It needs curl and openssl, and nothing else.
set -eu
app_id='{{app_id}}'
key='{{key}}'
secret='{{secret}}'
url='{{url}}'

path="/apps/$app_id/events"
body='{"name":"my-event","channel":"my-channel","data":"{\"message\":\"Hello from curl\"}"}'
md5=$(printf '%s' "$body" | openssl md5 | sed 's/.* //')
query="auth_key=$key&auth_timestamp=$(date +%s)&auth_version=1.0&body_md5=$md5"
signature=$(printf 'POST\n%s\n%s' "$path" "$query" | openssl dgst -sha256 -hmac "$secret" | sed 's/.* //')
curl --fail-with-body --silent --show-error \
  --header 'Content-Type: application/json' --data "$body" \
  "$url$path?$query&auth_signature=$signature"
echo ' sent'
