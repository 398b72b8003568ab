// Asks for tokens and userinfo so many times a second, at servers in turns, until standard input ends. What is asked of
// whom stands in the first line of standard input, as JSON; the answer to each request is a line of standard output:
// when it was to be sent (Unix time in milliseconds), what it was, how long it took from then on (microseconds), its
// status, and the kid of the token that came.
//
// Requests are sent when they are due, however long the others take: a server that stands still is seen to.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// task is what the first line says.
type task struct {
	Servers  []string   `json:"servers"` // addresses, such as http://127.0.0.1:8080
	Token    string     `json:"token"`   // paths
	Userinfo string     `json:"userinfo"`
	Rate     int        `json:"rate"`
	Service  url.Values `json:"service"` // the form of a request of its own
	Grants   []*grant   `json:"grants"`
}

// grant is a person's consent to a client; its tokens replace each other.
type grant struct {
	ClientID     string `json:"client_id"`
	RefreshToken string `json:"refresh_token"`
	AccessToken  string `json:"access_token"`
}

var (
	client = &http.Client{
		Timeout:   20 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 200, IdleConnTimeout: time.Minute},
	}
	output = bufio.NewWriterSize(os.Stdout, 1<<16)
	mutex  sync.Mutex
)

func main() {
	input := bufio.NewReader(os.Stdin)
	line, err := input.ReadBytes('\n')
	if err != nil {
		log.Fatal(err)
	}
	var t task
	if err := json.Unmarshal(line, &t); err != nil {
		log.Fatal(err)
	}
	over := make(chan struct{})
	go func() {
		io.Copy(io.Discard, input)
		close(over)
	}()
	free := make(chan *grant, len(t.Grants))
	for _, g := range t.Grants {
		free <- g
	}
	var running sync.WaitGroup
	ticker, began := time.NewTicker(time.Millisecond), time.Now()
	for sent := 0; ; {
		select {
		case <-over:
			running.Wait()
			output.Flush()
			return
		case <-ticker.C:
			for ; sent < int(time.Since(began).Seconds()*float64(t.Rate)); sent++ {
				due := began.Add(time.Duration(sent) * time.Second / time.Duration(t.Rate))
				server, number := t.Servers[sent/3%len(t.Servers)], sent
				running.Add(1)
				go func() {
					defer running.Done()
					t.ask(number, server, due, free)
				}()
			}
		}
	}
}

// ask sends one request of three kinds in turns.
func (t *task) ask(number int, server string, due time.Time, free chan *grant) {
	switch number % 3 {
	case 0:
		_, status, kid := post(server+t.Token, t.Service)
		tell("client_credentials", due, status, kid)
	case 1:
		g := <-free
		answer, status, kid := post(server+t.Token, url.Values{
			"grant_type": {"refresh_token"}, "client_id": {g.ClientID}, "refresh_token": {g.RefreshToken}})
		if status == 200 {
			g.RefreshToken, g.AccessToken = answer.RefreshToken, answer.AccessToken
		}
		tell("refresh", due, status, kid)
		free <- g
	case 2:
		g := <-free
		token := g.AccessToken
		free <- g
		request, _ := http.NewRequest("GET", server+t.Userinfo, nil)
		request.Header.Set("Authorization", "Bearer "+token)
		status, _ := send(request)
		tell("userinfo", due, status, "-")
	}
}

// tokens is what the token endpoint answers.
type tokens struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
}

func post(address string, form url.Values) (given tokens, status int, kid string) {
	request, _ := http.NewRequest("POST", address, strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, body := send(request)
	if json.Unmarshal(body, &given) != nil || given.AccessToken == "" {
		return given, status, "-"
	}
	var header struct{ Kid string }
	head, _, _ := strings.Cut(given.AccessToken, ".")
	raw, _ := base64.RawURLEncoding.DecodeString(head)
	json.Unmarshal(raw, &header)
	return given, status, header.Kid
}

// send returns status and body; the status is 0 if there was no answer.
func send(request *http.Request) (int, []byte) {
	response, err := client.Do(request)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 0, nil
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil
	}
	if response.StatusCode != 200 {
		fmt.Fprintln(os.Stderr, response.StatusCode, string(body))
	}
	return response.StatusCode, body
}

func tell(kind string, due time.Time, status int, kid string) {
	took := time.Since(due).Microseconds()
	mutex.Lock()
	defer mutex.Unlock()
	fmt.Fprintln(output, due.UnixMilli(), kind, took, status, kid)
}
