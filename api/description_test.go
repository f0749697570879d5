package api

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestDescriptionIsTheYAMLInItsOrder(t *testing.T) {
	text, err := description()
	if err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	var document any
	if err := yaml.Unmarshal(openapi, &document); err != nil {
		t.Fatal(err)
	}
	plain, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(plain, &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Error("the JSON has other values than the YAML")
	}
	at := 0
	for _, key := range []string{`"openapi":`, `"info":`, `"paths":`, `"/api/v1/reports":`, `"/api/v1/services":`, `"components":`, `"parameters":`, `"schemas":`, `"Submission":`, `"service":`, `"symptom":`} {
		next := strings.Index(string(text[at:]), key)
		if next < 0 {
			t.Fatalf("%s is not behind the keys that stand before it in the YAML", key)
		}
		at += next
	}
}
