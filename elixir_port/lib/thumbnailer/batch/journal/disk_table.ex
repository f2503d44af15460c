defmodule Thumbnailer.Batch.Journal.DiskTable do
  @moduledoc false
  # Binaries by key for the time of a batch. They lie in a file that is already unlinked, so that nothing of it is left
  # whatever happens. An index of slots of eight bytes says where they lie; at most three in four slots are
  # used. So a million entries cost 11 to 22 MB of memory.
  #
  # :dets would cost none, but ten times as long: it writes several times for each new entry.

  use GenServer

  import Bitwise

  # A slot is 0, or a part of the key, by which most of those that meet in a place are told apart, and the
  # offset in the file, counted from 1. Together they are a small integer.
  @offset_bits 40
  @offset_mask (1 <<< @offset_bits) - 1

  # The slots of the first segment; each further one has twice as many, so that none is ever moved.
  @first_segment 65_536

  # Before each value: its size and its key.
  @header 20

  # Bytes that are written at a time.
  @block 262_144

  # Bytes that are read at a time and kept: inputs come mostly in the order of the last run, so that what is asked for
  # next lies behind what was asked for last.
  @read_ahead 16_384

  @enforce_keys [:file]
  defstruct [
    :file,
    segments: [],
    free_slots: 0,
    count: 0,
    written: 0,
    pending: [],
    pending_bytes: 0,
    # what was read last, and from where
    buffer_at: 0,
    buffer: ""
  ]

  @type key :: <<_::128>>

  @doc "Starts an empty table in a file at `path`, linked to the caller."
  @spec start_link(Path.t()) :: {:ok, pid} | {:error, File.posix()}
  def start_link(path), do: GenServer.start_link(__MODULE__, path)

  @doc "Puts values in; an earlier one of the same key is replaced."
  @spec put(pid, [{key, iodata}]) :: :ok
  def put(table, entries), do: GenServer.call(table, {:put, entries}, :infinity)

  @doc "Puts a value in unless the key has one, which is returned then."
  @spec put_new(pid, key, iodata) :: :ok | {:taken, binary}
  def put_new(table, key, value), do: GenServer.call(table, {:put_new, key, value}, :infinity)

  @spec fetch(pid, key) :: binary | nil
  def fetch(table, key), do: GenServer.call(table, {:fetch, key}, :infinity)

  @doc "How many keys there are."
  @spec count(pid) :: non_neg_integer
  def count(table), do: GenServer.call(table, :count, :infinity)

  @spec stop(pid) :: :ok
  def stop(table), do: GenServer.stop(table, :normal, :infinity)

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
  def handle_call({:put, entries}, _from, state),
    do: {:reply, :ok, Enum.reduce(entries, state, &replace/2)}

  def handle_call({:put_new, key, value}, _from, state) do
    case find(state, key) do
      {nil, state} -> {:reply, :ok, add(state, key, value)}
      {{_slots, _index, value}, state} -> {:reply, {:taken, value}, state}
    end
  end

  def handle_call({:fetch, key}, _from, state) do
    case find(state, key) do
      {nil, state} -> {:reply, nil, state}
      {{_slots, _index, value}, state} -> {:reply, value, state}
    end
  end

  def handle_call(:count, _from, state), do: {:reply, state.count, state}

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

  defp add(%{free_slots: 0} = state, key, value), do: state |> grow() |> add(key, value)

  defp add(%{segments: [slots | _older]} = state, key, value) do
    {offset, state} = append(state, key, value)
    :atomics.put(slots, free_slot(slots, first_slot(slots, key)), word(key, offset))
    %{state | free_slots: state.free_slots - 1, count: state.count + 1}
  end

  defp grow(%{segments: segments} = state) do
    size = @first_segment <<< length(segments)

    %{
      state
      | segments: [:atomics.new(size, signed: false) | segments],
        free_slots: div(size * 3, 4)
    }
  end

  defp find(state, key), do: find(state.segments, state, key)

  defp find([], state, _key), do: {nil, state}

  defp find([slots | older], state, key) do
    case probe(state, slots, key, first_slot(slots, key)) do
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
          {nil, state} -> probe(state, slots, key, next_slot(slots, index))
          {value, state} -> {{slots, index, value}, state}
        end
    end
  end

  defp free_slot(slots, index),
    do:
      if(:atomics.get(slots, index) == 0,
        do: index,
        else: free_slot(slots, next_slot(slots, index))
      )

  defp first_slot(slots, <<place::40, _rest::88>>), do: rem(place, size(slots)) + 1
  defp next_slot(slots, index), do: rem(index, size(slots)) + 1
  defp size(slots), do: :atomics.info(slots).size

  defp word(key, offset), do: tag(key) <<< @offset_bits ||| offset + 1
  defp tag(<<_place::40, tag::19, _rest::69>>), do: tag

  # -- the file

  defp append(state, key, value) do
    size = IO.iodata_length(value)
    offset = state.written + state.pending_bytes
    pending_bytes = state.pending_bytes + @header + size

    state = %{
      state
      | pending: [state.pending, <<size::32>>, key | value],
        pending_bytes: pending_bytes
    }

    {offset, if(pending_bytes >= @block, do: flush(state), else: state)}
  end

  defp flush(state) do
    :ok = :file.pwrite(state.file, state.written, state.pending)
    %{state | pending: [], pending_bytes: 0, written: state.written + state.pending_bytes}
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

  defp entry(%{buffer: buffer, buffer_at: buffer_at} = state, offset, key) do
    skip = offset - buffer_at

    case buffer do
      <<_::binary-size(skip), size::32, found::binary-16, value::binary-size(size), _::binary>>
      when skip >= 0 ->
        {if(found == key, do: value), state}

      _elsewhere ->
        state |> read_ahead(offset) |> entry(offset, key)
    end
  end

  # From the entry on, and at least all of it.
  defp read_ahead(state, offset) do
    {:ok, <<size::32, _::binary>> = buffer} = :file.pread(state.file, offset, @read_ahead)

    {:ok, buffer} =
      if byte_size(buffer) < @header + size and byte_size(buffer) == @read_ahead,
        do: :file.pread(state.file, offset, @header + size),
        else: {:ok, buffer}

    %{state | buffer: buffer, buffer_at: offset}
  end
end
