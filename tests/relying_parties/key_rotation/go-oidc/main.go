// Verifies tokens with go-oidc: `verify ISSUER`. A line of standard input is an audience and a token; the answer is a
// line, `ok` or `refused REASON`. go-oidc keeps the key set until it meets a kid that is not in it.
package main

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
)

func main() {
	ctx := context.Background()
	provider, err := oidc.NewProvider(ctx, os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	verifiers := map[string]*oidc.IDTokenVerifier{}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		audience, token, _ := strings.Cut(lines.Text(), " ")
		verifier, known := verifiers[audience]
		if !known {
			verifier = provider.Verifier(&oidc.Config{ClientID: audience})
			verifiers[audience] = verifier
		}
		if _, err := verifier.Verify(ctx, token); err != nil {
			fmt.Println("refused", strings.Join(strings.Fields(err.Error()), " "))
		} else {
			fmt.Println("ok")
		}
	}
}
