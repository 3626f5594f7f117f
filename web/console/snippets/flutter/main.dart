// flutter pub add dart_pusher_channels
import 'package:dart_pusher_channels/dart_pusher_channels.dart';
import 'package:flutter/material.dart';

void main() => runApp(const MaterialApp(home: Messages()));

class Messages extends StatefulWidget {
  const Messages({super.key});

  @override
  State<Messages> createState() => _MessagesState();
}

class _MessagesState extends State<Messages> {
  final messages = <String>[];
  final client = PusherChannelsClient.websocket(
    options: const PusherChannelsOptions.fromHost(
      scheme: '{{ws}}',
      host: '{{host}}',
      port: {{port}},
      key: '{{key}}',
    ),
    connectionErrorHandler: (exception, trace, refresh) => refresh(),
  );

  @override
  void initState() {
    super.initState();
    final channel = client.publicChannel('my-channel');
    client.onConnectionEstablished.listen((_) => channel.subscribe());
    channel.bind('my-event').listen((event) => setState(() => messages.add('${event.data}')));
    client.connect();
  }

  @override
  void dispose() {
    client.dispose();
    super.dispose();
  }

  @override
  Widget build(BuildContext context) =>
      Scaffold(body: ListView(children: [for (final message in messages) ListTile(title: Text(message))]));
}
