package main

import (
	"bytes"
	"crypto/rand"
	"encoding/xml"
	"fmt"
	"net/http"
)

const (
	v1     = "http://dams.example.org/appointments/v1"
	soap11 = "http://schemas.xmlsoap.org/soap/envelope/"
	soap12 = "http://www.w3.org/2003/05/soap-envelope"
)

type client struct {
	url      string
	isSoap12 bool
}

// envelope is a request in either SOAP version.
type envelope struct {
	XMLName xml.Name
	Body    body
}

type body struct {
	XMLName xml.Name
	Content interface{}
}

// answer is a response in either SOAP version: a fault, or what the request asked for.
type answer struct {
	Body struct {
		Fault   *Fault `xml:"Fault"`
		Content []byte `xml:",innerxml"`
	}
}

// Fault is a SOAP fault with its typed detail. SOAP 1.2 has other element names than SOAP 1.1.
type Fault struct {
	Text     string    `xml:"faultstring"`
	Reason   string    `xml:"Reason>Text"`
	Detail11 DamsFault `xml:"detail>DamsFault"`
	Detail12 DamsFault `xml:"Detail>DamsFault"`
	Detail   DamsFault `xml:"-"`
}

func (fault *Fault) Error() string { return fault.Text + fault.Reason }

// call sends a request and reads the response, or returns a *Fault.
func (service *client) call(operation string, request, response interface{}) error {
	space, contentType := soap11, "text/xml; charset=utf-8"
	if service.isSoap12 {
		space, contentType = soap12, "application/soap+xml; charset=utf-8"
	}
	text, err := xml.Marshal(&envelope{
		XMLName: xml.Name{Space: space, Local: "Envelope"},
		Body:    body{XMLName: xml.Name{Space: space, Local: "Body"}, Content: request},
	})
	if err != nil {
		return err
	}
	message, err := http.NewRequest("POST", service.url, bytes.NewReader(text))
	if err != nil {
		return err
	}
	message.Header.Set("Content-Type", contentType)
	if !service.isSoap12 {
		message.Header.Set("SOAPAction", `"`+v1+"/"+operation+`"`)
	}
	received, err := http.DefaultClient.Do(message)
	if err != nil {
		return err
	}
	defer received.Body.Close()
	var read answer
	if err := xml.NewDecoder(received.Body).Decode(&read); err != nil {
		return fmt.Errorf("%s: %w", received.Status, err)
	}
	if fault := read.Body.Fault; fault != nil {
		fault.Detail = fault.Detail11
		if service.isSoap12 {
			fault.Detail = fault.Detail12
		}
		return fault
	}
	return xml.Unmarshal(read.Body.Content, response)
}

// newID makes a request id.
func newID() string {
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		panic(err)
	}
	return fmt.Sprintf("%x", id)
}
