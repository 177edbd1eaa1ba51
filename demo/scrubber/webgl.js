// The blend by WebGL2: the planes are layers of an integer texture, exact to the last step. The
// result is read back through a buffer, once the GPU is done, so that nothing ever waits for it.
const VERTEX = [
  '#version 300 es',
  'void main() {',
  '  vec2 corner = vec2(gl_VertexID == 1 ? 3 : -1, gl_VertexID == 2 ? 3 : -1);',
  '  gl_Position = vec4(corner, 0, 1);',
  '}',
].join('\n');
const FRAGMENT = [
  '#version 300 es',
  'precision highp float; precision highp int; precision highp isampler2DArray;',
  'uniform isampler2DArray planes; uniform sampler2D brush;',
  'uniform int count; uniform bool brushed; uniform ivec2 size; uniform float unit;',
  'uniform float weights[9]; uniform float nodes[9];',
  'out vec4 colour;',
  'float weightOf(int i, float alpha) {',
  '  if (i < 2) return i == 0 ? 1.0 - alpha : alpha;',
  '  float weight = 1.0;',
  '  for (int j = 0; j < count; j++)',
  '    if (j != i) weight *= (alpha - nodes[j]) / (nodes[i] - nodes[j]);',
  '  return weight;',
  '}',
  'void main() {',
  '  ivec2 at = ivec2(gl_FragCoord.xy);', // the first row read back is the picture's first
  '  vec3 total = vec3(0);',
  '  if (brushed) {',
  '    float alpha = texture(brush, (vec2(at) + 0.5) / vec2(size)).r;',
  '    for (int i = 0; i < count; i++)',
  '      total += weightOf(i, alpha) * vec3(texelFetch(planes, ivec3(at, i), 0).rgb);',
  '  } else {',
  '    for (int i = 0; i < count; i++)',
  '      total += weights[i] * vec3(texelFetch(planes, ivec3(at, i), 0).rgb);',
  '  }',
  '  colour = vec4(floor(clamp(total * unit, 0.0, 255.0) + 0.5) / 255.0, 1);',
  '}',
].join('\n');

// WebGL without a GPU is slower than the 2D canvas, so it is used only where the address asks.
const isWanted = new URLSearchParams(location.search).get('renderer') === 'webgl';

// Asking for a context without a 'performance caveat' does not keep SwiftShader out.
function isSoftware(gl) {
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name = gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
  return /swiftshader|llvmpipe|software|basic render/i.test(name);
}

let hasWebgl = false;

function makeWebgl() {
  const surface = document.createElement('canvas');
  const gl = surface.getContext('webgl2', { alpha: false, antialias: false, depth: false });
  hasWebgl = Boolean(gl);
  if (!gl || (isSoftware(gl) && !isWanted)) return null;
  const shown = document.createElement('canvas');
  const context = shown.getContext('2d');
  let [places, layers, count, image] = [null, null, 0, null];
  let [drawn, pending] = ['', null];

  function compile(kind, source) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    return shader;
  }
  function prepare() {
    const program = gl.createProgram();
    gl.attachShader(program, compile(gl.VERTEX_SHADER, VERTEX));
    gl.attachShader(program, compile(gl.FRAGMENT_SHADER, FRAGMENT));
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return false;
    gl.useProgram(program);
    gl.bindVertexArray(gl.createVertexArray());
    const names = ['planes', 'brush', 'count', 'brushed', 'size', 'unit', 'weights', 'nodes'];
    places = Object.fromEntries(names.map((name) => [name, gl.getUniformLocation(program, name)]));
    gl.uniform1i(places.brush, 1);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, 1, 1, 0, gl.RED, gl.UNSIGNED_BYTE, new Uint8Array(1));
    gl.activeTexture(gl.TEXTURE0);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    return true;
  }
  function clear() {
    if (layers) gl.deleteTexture(layers);
    [count, layers, drawn, pending] = [0, null, '', null];
  }
  function add(plane) {
    if (!layers) {
      [surface, shown].forEach((canvas) => {
        Object.assign(canvas, { width: curve.width, height: curve.height });
      });
      image = context.createImageData(curve.width, curve.height);
      layers = gl.createTexture();
      gl.bindTexture(gl.TEXTURE_2D_ARRAY, layers);
      gl.texStorage3D(gl.TEXTURE_2D_ARRAY, 1, gl.RGB16I, curve.width, curve.height, MOST_NODES);
      gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
      gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    }
    gl.texSubImage3D(gl.TEXTURE_2D_ARRAY, 0, 0, 0, count, curve.width, curve.height, 1,
      gl.RGB_INTEGER, gl.SHORT, plane);
    count += 1;
  }
  // The frame of a key, or the last one that is there; then another drawing follows.
  function draw(key, alpha, map) {
    if (key !== drawn && !pending) start(key, alpha, map);
    return drawn ? shown : null;
  }
  function start(key, alpha, map) {
    gl.viewport(0, 0, curve.width, curve.height);
    gl.uniform1i(places.count, count);
    gl.uniform2i(places.size, curve.width, curve.height);
    gl.uniform1f(places.unit, curve.step);
    gl.uniform1fv(places.weights, Float32Array.from(weightsAt(alpha)));
    gl.uniform1fv(places.nodes, Float32Array.from(curve.alphas));
    gl.uniform1i(places.brushed, map ? 1 : 0);
    if (map) {
      gl.activeTexture(gl.TEXTURE1);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, map.width, map.height, 0, gl.RED, gl.UNSIGNED_BYTE,
        map.data);
      gl.activeTexture(gl.TEXTURE0);
    }
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    const buffer = gl.createBuffer(); // a new one each time: to write to one again is slow
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.bufferData(gl.PIXEL_PACK_BUFFER, image.data.length, gl.STREAM_READ);
    gl.readPixels(0, 0, curve.width, curve.height, gl.RGBA, gl.UNSIGNED_BYTE, 0);
    pending = { key, buffer, fence: gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0) };
    gl.flush();
    collect(pending);
  }
  function collect(mine) {
    setTimeout(() => {
      if (gl.clientWaitSync(mine.fence, 0, 0) === gl.TIMEOUT_EXPIRED) return collect(mine);
      gl.deleteSync(mine.fence);
      gl.bindBuffer(gl.PIXEL_PACK_BUFFER, mine.buffer);
      if (mine === pending) gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, image.data);
      gl.deleteBuffer(mine.buffer);
      if (mine !== pending) return;
      context.putImageData(image, 0, 0);
      [drawn, pending] = [mine.key, null];
      countBlend();
      redraw();
    }, 1);
  }
  surface.addEventListener('webglcontextlost', (event) => {
    event.preventDefault();
    useRenderer('canvas');
  });
  surface.addEventListener('webglcontextrestored', () => {
    layers = null;
    if (prepare()) useRenderer('webgl');
  });
  return prepare() ? { clear, add, draw, drawn: () => drawn, surface } : null;
}
