<?php
// composer require pusher/pusher-php-server
require __DIR__ . '/vendor/autoload.php';

$pusher = new Pusher\Pusher('{{key}}', '{{secret}}', '{{app_id}}', [
    'host' => '{{host}}',
    'port' => {{port}},
    'scheme' => '{{scheme}}',
    'useTLS' => {{tls}},
]);

$pusher->trigger('my-channel', 'my-event', ['message' => 'Hello from PHP']);
echo "sent\n";
