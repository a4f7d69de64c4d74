package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// readContainer reads the plainest ZIP there is (§11): what was read is written again, and must be the same file.
func readContainer(data []byte) (map[string][]byte, []string, error) {
	members, names := map[string][]byte{}, []string{}
	var front, back bytes.Buffer
	for at := 0; at+30 <= len(data) && string(data[at:at+4]) == "PK\x03\x04"; {
		size := int(binary.LittleEndian.Uint32(data[at+18:]))
		length := int(binary.LittleEndian.Uint16(data[at+26:]))
		if at+30+length+size > len(data) {
			return nil, nil, fmt.Errorf("the bundle ends in the middle of a member")
		}
		name, content := string(data[at+30:at+30+length]), data[at+30+length:at+30+length+size]
		if len(names) > 0 && names[len(names)-1] >= name {
			return nil, nil, fmt.Errorf("%.80q: members are not sorted, each once", name)
		}
		describe(&front, &back, name, content)
		members[name], names = content, append(names, name)
		at += 30 + length + size
	}
	end := struct {
		Signature              uint32
		Disk, Start, Here, All uint16
		Size, Offset           uint32
		Comment                uint16
	}{0x06054b50, 0, 0, uint16(len(names)), uint16(len(names)), uint32(back.Len()), uint32(front.Len()), 0}
	front.Write(back.Bytes())
	_ = binary.Write(&front, binary.LittleEndian, end)
	if len(names) > 65534 || !bytes.Equal(front.Bytes(), data) {
		return nil, nil, fmt.Errorf("the container is not the plain one that its members have: something else is in it")
	}
	return members, names, nil
}

func describe(front, back *bytes.Buffer, name string, content []byte) {
	local := struct {
		Signature                          uint32
		Version, Flags, Method, Time, Date uint16
		Check, Packed, Size                uint32
		Name, Extra                        uint16
	}{0x04034b50, 20, 0, 0, 0, 0x21, crc32.ChecksumIEEE(content), uint32(len(content)), uint32(len(content)), uint16(len(name)), 0}
	central := struct {
		Signature                                uint32
		Made, Version, Flags, Method, Time, Date uint16
		Check, Packed, Size                      uint32
		Name, Extra, Comment, Disk, Internal     uint16
		External, Offset                         uint32
	}{0x02014b50, 20 | 3<<8, 20, 0, 0, 0, 0x21, local.Check, local.Packed, local.Size, local.Name, 0, 0, 0, 0, 0x81a40000, uint32(front.Len())}
	_ = binary.Write(back, binary.LittleEndian, central)
	back.WriteString(name)
	_ = binary.Write(front, binary.LittleEndian, local)
	front.WriteString(name)
	front.Write(content)
}
