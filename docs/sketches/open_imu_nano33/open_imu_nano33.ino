// Ripresa's open GATT profile, version 1, on an Arduino Nano 33 BLE Sense.
//
// Libraries: ArduinoBLE, and Arduino_LSM9DS1 (for revision 2 of the board: Arduino_BMI270_BMM150,
// change the include below). Described in docs/open-gatt-profile.md.
// Research software, not a medical device.

#include <ArduinoBLE.h>
#include <Arduino_LSM9DS1.h>

// Both libraries set these ranges: 4 g and 2000 deg/s.
const uint16_t ACC_RANGE_G = 4;
const uint16_t GYR_RANGE_DEG_S = 2000;

const uint8_t VERSION = 1;
const uint8_t SAMPLES = 5;  // in a notification
const size_t HEADER = 7;
const size_t SAMPLE = 12;

enum Command : uint8_t { STOP = 0, START = 1, BLINK = 2 };

BLEService motion("8D530001-3D46-4F5E-9A2B-C1D06C1E5A74");
BLECharacteristic sampling("8D530002-3D46-4F5E-9A2B-C1D06C1E5A74", BLERead, 7);
BLECharacteristic data("8D530003-3D46-4F5E-9A2B-C1D06C1E5A74", BLENotify, HEADER + SAMPLES * SAMPLE);
BLEByteCharacteristic control("8D530004-3D46-4F5E-9A2B-C1D06C1E5A74", BLEWrite);

BLEService information("180A");
BLEStringCharacteristic manufacturer("2A29", BLERead, 20);
BLEStringCharacteristic model("2A24", BLERead, 20);
BLEStringCharacteristic serial("2A25", BLERead, 20);
BLEStringCharacteristic firmware("2A26", BLERead, 20);

uint8_t packet[HEADER + SAMPLES * SAMPLE];
uint8_t filled = 0;
uint16_t sequence = 0;
bool measuring = false;
uint32_t blinkUntil = 0;

void put16(uint8_t *at, uint16_t value) {
  at[0] = value & 0xFF;
  at[1] = value >> 8;
}

void put32(uint8_t *at, uint32_t value) {
  put16(at, value & 0xFFFF);
  put16(at + 2, value >> 16);
}

int16_t scaled(float value, float range) {
  float steps = value / range * 32768.0f;
  if (steps > 32767.0f) return 32767;
  if (steps < -32768.0f) return -32768;
  return (int16_t)lroundf(steps);
}

// The chip's own number, so that two boards are told apart.
String boardNumber() {
  char text[17];
  snprintf(text, sizeof text, "%08lX%08lX", (unsigned long)NRF_FICR->DEVICEID[1],
           (unsigned long)NRF_FICR->DEVICEID[0]);
  return String(text);
}

void setUpSampling() {
  uint8_t value[7];
  value[0] = VERSION;
  put16(value + 1, (uint16_t)lroundf(IMU.accelerationSampleRate() * 10.0f));
  put16(value + 3, ACC_RANGE_G);
  put16(value + 5, GYR_RANGE_DEG_S);
  sampling.writeValue(value, sizeof value);
}

void setup() {
  pinMode(LED_BUILTIN, OUTPUT);
  if (!IMU.begin() || !BLE.begin()) {
    // Nothing can be done without either: blink fast.
    for (;;) {
      digitalWrite(LED_BUILTIN, (millis() / 100) % 2);
    }
  }
  motion.addCharacteristic(sampling);
  motion.addCharacteristic(data);
  motion.addCharacteristic(control);
  information.addCharacteristic(manufacturer);
  information.addCharacteristic(model);
  information.addCharacteristic(serial);
  information.addCharacteristic(firmware);
  BLE.addService(motion);
  BLE.addService(information);
  setUpSampling();
  manufacturer.writeValue("home-built");
  model.writeValue("Nano 33 BLE Sense");
  serial.writeValue(boardNumber());
  firmware.writeValue("1.0.0");
  BLE.setLocalName("Ripresa IMU");
  BLE.setAdvertisedService(motion);
  // 15 ms connection interval: 12 x 1.25 ms.
  BLE.setConnectionInterval(12, 12);
  BLE.advertise();
}

void obey() {
  if (!control.written()) return;
  switch (control.value()) {
    case START:
      measuring = true;
      filled = 0;
      break;
    case STOP:
      measuring = false;
      break;
    case BLINK:
      blinkUntil = millis() + 3000;
      break;
  }
}

void sample() {
  if (!measuring || !IMU.accelerationAvailable() || !IMU.gyroscopeAvailable()) return;
  // Taken at once, before the slow transfer over I2C: this stamp is the sample's time.
  uint32_t now = micros();
  float ax, ay, az, gx, gy, gz;
  IMU.readAcceleration(ax, ay, az);
  IMU.readGyroscope(gx, gy, gz);
  if (filled == 0) {
    packet[0] = VERSION;
    put16(packet + 1, sequence);
    put32(packet + 3, now);
  }
  uint8_t *at = packet + HEADER + filled * SAMPLE;
  put16(at, scaled(ax, ACC_RANGE_G));
  put16(at + 2, scaled(ay, ACC_RANGE_G));
  put16(at + 4, scaled(az, ACC_RANGE_G));
  put16(at + 6, scaled(gx, GYR_RANGE_DEG_S));
  put16(at + 8, scaled(gy, GYR_RANGE_DEG_S));
  put16(at + 10, scaled(gz, GYR_RANGE_DEG_S));
  filled++;
  if (filled == SAMPLES) {
    data.writeValue(packet, sizeof packet);
    sequence++;
    filled = 0;
  }
}

void loop() {
  BLE.poll();
  obey();
  sample();
  bool blinking = (int32_t)(blinkUntil - millis()) > 0;
  digitalWrite(LED_BUILTIN, blinking && (millis() / 200) % 2);
}
