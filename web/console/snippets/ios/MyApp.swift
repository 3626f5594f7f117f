// Package: https://github.com/pusher/pusher-websocket-swift
import PusherSwift
import SwiftUI

final class Receiver: ObservableObject {
  @Published var messages: [String] = []
  private let pusher = Pusher(
    key: "{{key}}",
    options: PusherClientOptions(host: .host("{{host}}"), port: {{port}}, useTLS: {{tls}})
  )

  init() {
    let channel = pusher.subscribe("my-channel")
    channel.bind(eventName: "my-event") { (event: PusherEvent) in
      DispatchQueue.main.async { self.messages.append(event.data ?? "") }
    }
    pusher.connect()
  }
}

@main
struct MyApp: App {
  @StateObject private var receiver = Receiver()

  var body: some Scene {
    WindowGroup {
      List(receiver.messages, id: \.self) { Text($0) }
    }
  }
}
