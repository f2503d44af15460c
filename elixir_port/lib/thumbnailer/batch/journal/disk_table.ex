defmodule Thumbnailer.Batch.Journal.DiskTable do
  @moduledoc false
  # Binaries by key for the time of a batch: keys of 16 bytes that are hashes, values in a file, so that a million entries
  # cost 11 to 22 MB of memory, where ETS would take a few hundred. :dets takes as little, but ten times as long.
  #
  # What always holds, between two calls:
  #
  #   1. A segment is an array of slots; a slot is 0 (free) or a word (tag, offset + 1). Segment k has `@first * 2^k` slots. At most
  #      three in four are taken, so that a probe always ends at a free one.
  #   2. A key has at most one slot, in one segment, at the first place from `place(key)` on (wrapping round) that was free when it
  #      came. Slots are never emptied, so a probe that meets a free slot has seen all that could hold the key.
  #   3. The offset of a slot is that of an entry `size (32 bits), key (16 bytes), value` in the file, or in `tail`, which is what the
  #      file will hold from `written` on. Entries are never moved; a replaced value stays as waste.
  #   4. `read_ahead` is what the file holds from `read_ahead_at` on. As entries never change, it never goes stale.
  #   5. `room` is how many more slots of the newest segment may be taken, `count` how many keys there are.
  #
  # The file has lost its name already when `start_link/1` returns, so that nothing is left of it whatever happens. A function whose
  # disk is full or broken raises `File.Error`; the table is of no use then.

  use GenServer

  import Bitwise

  @offset_bits 40
  @offset_mask (1 <<< @offset_bits) - 1
  @first 65_536

  # Before each value: its size and its key.
  @header 20

  # Bytes that are written at a time.
  @block 262_144

  # Bytes that are read at a time and kept: inputs come mostly in the order of the last run, so that what is asked for
  # next lies behind what was asked for last.
  @read_ahead 65_536

  @enforce_keys [:file]
  defstruct [
    :file,
    segments: [],
    room: 0,
    count: 0,
    written: 0,
    tail: [],
    tail_size: 0,
    read_ahead_at: 0,
    read_ahead: ""
  ]

  @type key :: <<_::128>>

  @doc "Starts an empty table in a file at `path`, linked to the caller."
  @spec start_link(Path.t()) :: {:ok, pid} | {:error, File.posix()}
  def start_link(path), do: GenServer.start_link(__MODULE__, path)

  @doc "Puts values in; an earlier one of the same key is replaced."
  @spec put(pid, [{key, iodata}]) :: :ok
  def put(table, entries), do: call(table, {:put, entries})

  @doc "Puts each value in unless its key has one, which is returned then: `:ok` or `{:taken, value}` in the order of the entries."
  @spec put_new(pid, [{key, iodata}]) :: [:ok | {:taken, binary}]
  def put_new(table, entries), do: call(table, {:put_new, entries})

  @doc "The value of each key, or nil."
  @spec fetch(pid, [key]) :: [binary | nil]
  def fetch(_table, []), do: []
  def fetch(table, keys), do: call(table, {:fetch, keys})

  @doc "How many keys there are."
  @spec count(pid) :: non_neg_integer
  def count(table), do: call(table, :count)

  @spec stop(pid) :: :ok
  def stop(table), do: GenServer.stop(table, :normal, :infinity)

  defp call(table, request) do
    case GenServer.call(table, request, :infinity) do
      {:done, result} ->
        result

      {:failed, posix} ->
        raise File.Error, reason: posix, action: "use", path: "the index of a batch"
    end
  end

  @impl true
  def init(path) do
    # What was left by a batch that was killed in between.
    _ = :file.delete(path)

    with {:ok, file} <- :file.open(path, [:read, :write, :raw, :binary, :exclusive]),
         :ok <- :file.delete(path) do
      {:ok, %__MODULE__{file: file}}
    else
      {:error, posix} -> {:stop, posix}
    end
  end

  @impl true
  def handle_call(request, _from, state) do
    {result, state} = answer(request, state)
    {:reply, {:done, result}, state}
  catch
    {:failed, posix} -> {:reply, {:failed, posix}, state}
  end

  defp answer({:put, entries}, state), do: {:ok, Enum.reduce(entries, state, &replace/2)}
  defp answer({:put_new, entries}, state), do: Enum.map_reduce(entries, state, &claim/2)
  defp answer(:count, state), do: {state.count, state}

  defp answer({:fetch, keys}, state) do
    Enum.map_reduce(keys, state, fn key, state ->
      with {{_slots, _index, value}, state} <- find(state, key), do: {value, state}
    end)
  end

  defp claim({key, value}, state) do
    case find(state, key) do
      {nil, state} -> {:ok, add(state, key, value)}
      {{_slots, _index, value}, state} -> {{:taken, value}, state}
    end
  end

  # -- slots

  defp replace({key, value}, state) do
    case find(state, key) do
      {nil, state} ->
        add(state, key, value)

      {{slots, index, _old}, state} ->
        {offset, state} = append(state, key, value)
        :atomics.put(slots, index, word(key, offset))
        state
    end
  end

  defp add(%{room: 0} = state, key, value), do: state |> grow() |> add(key, value)

  defp add(%{segments: [slots | _older]} = state, key, value) do
    {offset, state} = append(state, key, value)
    :atomics.put(slots, free(slots, place(slots, key)), word(key, offset))
    %{state | room: state.room - 1, count: state.count + 1}
  end

  defp grow(%{segments: segments} = state) do
    size = @first <<< length(segments)
    slots = :atomics.new(size, signed: false)
    %{state | segments: [slots | segments], room: div(size * 3, 4)}
  end

  defp find(state, key), do: find(state.segments, state, key)

  defp find([], state, _key), do: {nil, state}

  defp find([slots | older], state, key) do
    case probe(state, slots, key, place(slots, key)) do
      {nil, state} -> find(older, state, key)
      found -> found
    end
  end

  defp probe(state, slots, key, index) do
    case :atomics.get(slots, index) do
      0 ->
        {nil, state}

      word ->
        case read(state, word, key) do
          {nil, state} -> probe(state, slots, key, next(slots, index))
          {value, state} -> {{slots, index, value}, state}
        end
    end
  end

  defp free(slots, index),
    do: if(:atomics.get(slots, index) == 0, do: index, else: free(slots, next(slots, index)))

  defp place(slots, <<place::40, _rest::88>>), do: rem(place, size(slots)) + 1
  defp next(slots, index), do: rem(index, size(slots)) + 1
  defp size(slots), do: :atomics.info(slots).size

  # Together a small integer, which is no object on the heap.
  defp word(key, offset), do: tag(key) <<< @offset_bits ||| offset + 1
  defp tag(<<_place::40, tag::19, _rest::69>>), do: tag

  # -- the file

  # An entry that cannot be written stays in the tail: the next call fails again, and the caller ends the batch.
  defp append(state, key, value) do
    size = IO.iodata_length(value)
    state = if state.tail_size >= @block, do: flush(state), else: state
    offset = state.written + state.tail_size

    {offset,
     %{
       state
       | tail: [state.tail, <<size::32>>, key | value],
         tail_size: state.tail_size + @header + size
     }}
  end

  defp flush(state) do
    with {:error, posix} <- :file.pwrite(state.file, state.written, state.tail),
         do: throw({:failed, posix})

    %{state | tail: [], tail_size: 0, written: state.written + state.tail_size}
  end

  # The value that the slot leads to, if it is that of the key.
  defp read(state, word, key) do
    offset = (word &&& @offset_mask) - 1

    cond do
      word >>> @offset_bits != tag(key) -> {nil, state}
      offset >= state.written -> state |> flush() |> read(word, key)
      true -> entry(state, offset, key)
    end
  end

  defp entry(%{read_ahead: bytes, read_ahead_at: at} = state, offset, key) do
    skip = offset - at

    case bytes do
      <<_::binary-size(skip), size::32, found::binary-16, value::binary-size(size), _::binary>>
      when skip >= 0 ->
        {if(found == key, do: value), state}

      _elsewhere ->
        state |> read_ahead(offset) |> entry(offset, key)
    end
  end

  # From the entry on, and at least all of it.
  defp read_ahead(state, offset) do
    <<size::32, _::binary>> = bytes = pread(state, offset, @read_ahead)

    bytes =
      if byte_size(bytes) < @header + size,
        do: pread(state, offset, @header + size),
        else: bytes

    %{state | read_ahead: bytes, read_ahead_at: offset}
  end

  defp pread(state, offset, size) do
    case :file.pread(state.file, offset, size) do
      {:ok, bytes} -> bytes
      {:error, posix} -> throw({:failed, posix})
      :eof -> throw({:failed, :eio})
    end
  end
end
