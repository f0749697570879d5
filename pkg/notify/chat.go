package notify

import (
	"strings"
	"time"
)

// slackBody is a message of an incoming webhook of Slack.
type slackBody struct {
	Text        string            `json:"text"`
	Attachments []slackAttachment `json:"attachments"`
}

type slackAttachment struct {
	Color  string       `json:"color"`
	Blocks []slackBlock `json:"blocks"`
}

type slackBlock struct {
	Type string    `json:"type"`
	Text slackText `json:"text"`
}

type slackText struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// slackEscape replaces the three characters that have a meaning in texts of Slack.
var slackEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func slackOf(event *Event) slackBody {
	in := &event.Incident
	text := "*" + slackEscape.Replace(in.Title) + "*\n" + slackEscape.Replace(in.Summary)
	if in.URL != "" {
		text += "\n<" + in.URL + ">"
	}
	block := slackBlock{"section", slackText{"mrkdwn", text}}
	return slackBody{slackEscape.Replace(in.Title), []slackAttachment{{in.hex(), []slackBlock{block}}}}
}

// teamsBody is a message with an Adaptive Card, as workflows of Microsoft Teams take it.
type teamsBody struct {
	Type        string            `json:"type"`
	Attachments []teamsAttachment `json:"attachments"`
}

type teamsAttachment struct {
	ContentType string    `json:"contentType"`
	Content     teamsCard `json:"content"`
}

type teamsCard struct {
	Schema  string        `json:"$schema"`
	Type    string        `json:"type"`
	Version string        `json:"version"`
	Body    []teamsText   `json:"body"`
	Actions []teamsAction `json:"actions,omitempty"`
}

type teamsText struct {
	Type   string `json:"type"`
	Text   string `json:"text"`
	Wrap   bool   `json:"wrap"`
	Weight string `json:"weight,omitempty"`
	Color  string `json:"color,omitempty"`
}

type teamsAction struct {
	Type  string `json:"type"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

func teamsOf(event *Event) teamsBody {
	in := &event.Incident
	color := "Attention"
	if in.over() {
		color = "Good"
	}
	card := teamsCard{
		Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Type: "AdaptiveCard", Version: "1.4",
		Body: []teamsText{
			{Type: "TextBlock", Text: in.Title, Wrap: true, Weight: "Bolder", Color: color},
			{Type: "TextBlock", Text: in.Summary, Wrap: true},
		},
	}
	if in.URL != "" {
		card.Actions = []teamsAction{{"Action.OpenUrl", "Details", in.URL}}
	}
	return teamsBody{"message", []teamsAttachment{{"application/vnd.microsoft.card.adaptive", card}}}
}

// discordBody is a message of a webhook of Discord. It mentions nobody.
type discordBody struct {
	Embeds   []discordEmbed  `json:"embeds"`
	Mentions discordMentions `json:"allowed_mentions"`
}

type discordEmbed struct {
	Title       string    `json:"title"`
	Description string    `json:"description"`
	URL         string    `json:"url,omitempty"`
	Color       int       `json:"color"`
	Timestamp   time.Time `json:"timestamp"`
}

type discordMentions struct {
	Parse []string `json:"parse"`
}

func discordOf(event *Event) discordBody {
	in := &event.Incident
	return discordBody{[]discordEmbed{{in.Title, in.Summary, in.URL, in.color(), event.At}}, discordMentions{[]string{}}}
}

// telegramBody is a call of sendMessage of the Bot API. The address of the webhook has
// the chat_id.
type telegramBody struct {
	Text    string          `json:"text"`
	Preview telegramPreview `json:"link_preview_options"`
}

type telegramPreview struct {
	Disabled bool `json:"is_disabled"`
}

func telegramOf(event *Event) telegramBody { return telegramBody{event.text(), telegramPreview{true}} }
