/** A bounded map; the method names are those of a key-value store. */
module.exports = class Cache {
  constructor(max = 500) {
    this.max = max;
    this.map = new Map();
  }

  getItem(key) {
    return this.map.get(key);
  }

  putItem(key, value) {
    this.map.set(key, value);
    if (this.map.size > this.max) this.deleteItem(this.map.keys().next().value);
  }

  deleteItem(key) {
    this.map.delete(key);
  }
};
