// go mod init example && go get github.com/pusher/pusher-http-go/v5
package main

import (
	"fmt"
	"log"

	"github.com/pusher/pusher-http-go/v5"
)

func main() {
	client := pusher.Client{
		AppID:  "{{app_id}}",
		Key:    "{{key}}",
		Secret: "{{secret}}",
		Host:   "{{host}}:{{port}}",
		Secure: {{tls}},
	}
	data := map[string]string{"message": "Hello from Go"}
	if err := client.Trigger("my-channel", "my-event", data); err != nil {
		log.Fatal(err)
	}
	fmt.Println("sent")
}
