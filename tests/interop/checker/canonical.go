package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strconv"
)

const (
	mostJSON  = 49152
	mostDepth = 16
	mostWhole = 1<<53 - 1
)

var (
	memberForm = regexp.MustCompile(`^[A-Za-z0-9_./:-]{1,256}$`)
	wholeForm  = regexp.MustCompile(`^(0|-?[1-9][0-9]{0,15})$`)
)

// readJSON gives the value of a canonical text (§2): it is read, written again and compared.
func readJSON(data []byte) (any, error) {
	if len(data) > mostJSON {
		return nil, fmt.Errorf("a JSON text of %d bytes came, expected at most %d", len(data), mostJSON)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("it is not JSON: %v", err)
	}
	var again bytes.Buffer
	if err := writeJSON(&again, value, 0); err != nil {
		return nil, err
	}
	if !bytes.Equal(again.Bytes(), data) {
		return nil, fmt.Errorf("the JSON text is not canonical")
	}
	return value, nil
}

func writeJSON(out *bytes.Buffer, value any, depth int) error {
	switch value := value.(type) {
	case nil:
		out.WriteString("null")
	case bool:
		out.WriteString(strconv.FormatBool(value))
	case json.Number:
		whole, err := strconv.ParseInt(value.String(), 10, 64)
		if err != nil || !wholeForm.MatchString(value.String()) || whole > mostWhole || whole < -mostWhole {
			return fmt.Errorf("the number %.40s came, expected an integer below 2^53", value)
		}
		out.WriteString(value.String())
	case string:
		return writeText(out, value)
	case []any:
		return writeAll(out, "[]", len(value), depth, func(i int) error { return writeJSON(out, value[i], depth+1) })
	case map[string]any:
		names := make([]string, 0, len(value))
		for name := range value {
			if !memberForm.MatchString(name) {
				return fmt.Errorf("the JSON key %.40q came", name)
			}
			names = append(names, name)
		}
		sort.Strings(names)
		return writeAll(out, "{}", len(names), depth, func(i int) error {
			out.WriteString(`"` + names[i] + `":`)
			return writeJSON(out, value[names[i]], depth+1)
		})
	}
	return nil
}

func writeAll(out *bytes.Buffer, brackets string, count, depth int, one func(int) error) error {
	if depth >= mostDepth {
		return fmt.Errorf("the JSON text is nested more than %d deep", mostDepth)
	}
	out.WriteByte(brackets[0])
	for i := 0; i < count; i++ {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := one(i); err != nil {
			return err
		}
	}
	out.WriteByte(brackets[1])
	return nil
}

func writeText(out *bytes.Buffer, text string) error {
	short := map[rune]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`}
	out.WriteByte('"')
	for _, r := range text {
		escaped, found := short[r]
		switch {
		case r == 0:
			return fmt.Errorf("a string with the character U+0000 came")
		case found:
			out.WriteString(escaped)
		case r < 0x20:
			fmt.Fprintf(out, `\u%04x`, r)
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
	return nil
}
