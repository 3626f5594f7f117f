# gem install pusher
require 'pusher'

client = Pusher::Client.new(
  app_id: '{{app_id}}',
  key: '{{key}}',
  secret: '{{secret}}',
  host: '{{host}}',
  port: {{port}},
  use_tls: {{tls}},
)

client.trigger('my-channel', 'my-event', { message: 'Hello from Ruby' })
puts 'sent'
