// implementation("com.pusher:pusher-java-client:2.4.4"), and the permission android.permission.INTERNET.
// In the emulator, the machine that it runs on is 10.0.2.2.
import android.app.Activity
import android.os.Bundle
import android.widget.TextView
import com.pusher.client.Pusher
import com.pusher.client.PusherOptions

class MainActivity : Activity() {
  private val pusher = Pusher(
    "{{key}}",
    PusherOptions().setHost("{{host}}").setWsPort({{port}}).setWssPort({{port}}).setUseTLS({{tls}}),
  )

  override fun onCreate(state: Bundle?) {
    super.onCreate(state)
    val view = TextView(this)
    setContentView(view)
    pusher.subscribe("my-channel").bind("my-event") { event ->
      runOnUiThread { view.append("${event.data}\n") }
    }
    pusher.connect()
  }

  override fun onDestroy() {
    pusher.disconnect()
    super.onDestroy()
  }
}
