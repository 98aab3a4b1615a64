package dtmf

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"

	"outdial/fault"
)

// The provider and algorithms that Amazon Connect uses, so that a function which
// decrypts what Connect encrypted decrypts ours.
// https://docs.aws.amazon.com/connect/latest/adminguide/encrypt-data.html
// https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/message-format.html
const (
	provider  = "AmazonConnect"
	suite     = 0x0378 // AES-256-GCM, HKDF and ECDSA P-384 with SHA-384
	frameSize = 4096
)

// Encrypt gives digits as an AWS Encryption SDK message in base64, encrypted for
// the RSA public key or the X.509 certificate in pemKey. keyID is the id under
// which the reader knows the key.
func Encrypt(digits, pemKey, keyID string) (string, error) {
	to, err := publicKey(pemKey)
	if err != nil {
		return "", fault.Wrap(fault.Refused, err, "Key: no RSA public key or certificate in PEM")
	}
	msg, err := seal([]byte(digits), to, keyID)
	if err != nil {
		return "", fault.Wrap(fault.Refused, err, "digits cannot be encrypted")
	}
	return base64.StdEncoding.EncodeToString(msg), nil
}

func publicKey(text string) (*rsa.PublicKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("not PEM")
	}
	var key any
	if block.Type == "CERTIFICATE" {
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		key = cert.PublicKey
	} else {
		var err error
		if key, err = x509.ParsePKIXPublicKey(block.Bytes); err != nil {
			return nil, err
		}
	}
	if k, ok := key.(*rsa.PublicKey); ok {
		return k, nil
	}
	return nil, errors.New("not an RSA key")
}

// seal makes a message of format version 1 with one data key, one frame and a
// signature.
func seal(plain []byte, to *rsa.PublicKey, keyID string) ([]byte, error) {
	signer, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		return nil, err
	}
	point, err := compressed(&signer.PublicKey)
	if err != nil {
		return nil, err
	}
	id, dataKey := make([]byte, 16), make([]byte, 32)
	rand.Read(id)
	rand.Read(dataKey)
	wrapped, err := rsa.EncryptOAEP(sha512.New(), rand.Reader, to, dataKey, nil)
	if err != nil {
		return nil, err
	}
	// The key is derived from the data key for this algorithm and this message.
	info := append(binary.BigEndian.AppendUint16(nil, suite), id...)
	derived, err := hkdf.Key(sha512.New384, dataKey, nil, string(info), 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	m := header(id, keyID, wrapped, base64.StdEncoding.EncodeToString(point))
	none := make([]byte, gcm.NonceSize()) // the header's IV is zero
	m = append(m, append(none, gcm.Seal(nil, none, nil, m)...)...)
	m = append(m, frame(gcm, id, plain)...)
	sum := sha512.Sum384(m)
	signature, err := ecdsa.SignASN1(rand.Reader, signer, sum[:])
	if err != nil {
		return nil, err
	}
	return field(m, string(signature)), nil
}

// compressed is a point as SEC 1 §2.3.3 shortens it: X, and whether Y is odd.
func compressed(k *ecdsa.PublicKey) ([]byte, error) {
	b, err := k.Bytes()
	if err != nil {
		return nil, err
	}
	n := len(b) / 2
	b[0] = 2 + b[len(b)-1]&1
	return b[:n+1], nil
}

// header is the message's header without its authentication.
func header(id []byte, keyID string, wrapped []byte, signer string) []byte {
	aad := binary.BigEndian.AppendUint16(nil, 1) // one pair
	aad = field(field(aad, "aws-crypto-public-key"), signer)
	m := []byte{1, 0x80} // version 1, customer authenticated encrypted data
	m = binary.BigEndian.AppendUint16(m, suite)
	m = append(m, id...)
	m = field(m, string(aad))
	m = binary.BigEndian.AppendUint16(m, 1) // one data key
	m = field(field(field(m, provider), keyID), string(wrapped))
	m = append(m, 2, 0, 0, 0, 0, 12) // framed, reserved, length of an IV
	return binary.BigEndian.AppendUint32(m, frameSize)
}

// frame is the only, and so the final, frame of the body.
func frame(gcm cipher.AEAD, id, plain []byte) []byte {
	const number = 1
	iv := binary.BigEndian.AppendUint32(make([]byte, gcm.NonceSize()-4), number)
	aad := append(append([]byte(nil), id...), "AWSKMSEncryptionClient Final Frame"...)
	aad = binary.BigEndian.AppendUint32(aad, number)
	aad = binary.BigEndian.AppendUint64(aad, uint64(len(plain)))
	f := binary.BigEndian.AppendUint32(nil, 0xFFFFFFFF)
	f = binary.BigEndian.AppendUint32(f, number)
	f = append(f, iv...)
	f = binary.BigEndian.AppendUint32(f, uint32(len(plain)))
	return gcm.Seal(f, iv, plain, aad)
}

// field appends s behind its length.
func field(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}
