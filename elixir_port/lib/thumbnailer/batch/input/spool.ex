defmodule Thumbnailer.Batch.Input.Spool do
  @moduledoc false
  # The inputs of a run between their survey and their turn, in a file that has lost its name already: nothing is left of it
  # whatever happens, and a million of them take no memory. Belongs to the process that opened it.

  @enforce_keys [:file]
  defstruct [:file, count: 0, rest: "", ready: []]

  @type t :: %__MODULE__{file: :file.fd(), count: non_neg_integer, rest: binary, ready: list}

  # Bytes that are read at a time.
  @block 262_144

  @doc "An empty spool; `path` is the name that the file has until it is open."
  @spec open(Path.t()) :: {:ok, t} | {:error, File.posix()}
  def open(path) do
    with {:ok, file} <- :file.open(path, [:read, :write, :raw, :binary, :exclusive]),
         :ok <- :file.delete(path),
         do: {:ok, %__MODULE__{file: file}}
  end

  @spec append(t, [{Path.t(), Path.t()}]) :: {:ok, t} | {:error, File.posix()}
  def append(spool, inputs) do
    rows = for {path, relative} <- inputs, do: [field(path), field(relative)]

    with :ok <- :file.write(spool.file, rows),
         do: {:ok, %{spool | count: spool.count + length(inputs)}}
  end

  defp field(bytes), do: [<<byte_size(bytes)::32>>, bytes]

  @doc "Goes back to the first input."
  @spec rewind(t) :: {:ok, t} | {:error, File.posix()}
  def rewind(spool) do
    with {:ok, 0} <- :file.position(spool.file, 0), do: {:ok, %{spool | rest: "", ready: []}}
  end

  @doc "The next inputs in their order, as `{path, relative}`, `count` of them or what is left."
  @spec take(t, pos_integer) :: {:ok, [{Path.t(), Path.t()}], t} | {:error, File.posix()}
  def take(%__MODULE__{ready: ready} = spool, count) do
    case Enum.split(ready, count) do
      {taken, ready} when length(taken) == count -> {:ok, taken, %{spool | ready: ready}}
      {taken, []} -> read(spool, taken, count)
    end
  end

  defp read(spool, taken, count) do
    case :file.read(spool.file, @block) do
      {:ok, block} ->
        {inputs, rest} = split(spool.rest <> block, [])
        take(%{spool | ready: taken ++ inputs, rest: rest}, count)

      :eof ->
        {:ok, taken, %{spool | ready: []}}

      {:error, posix} ->
        {:error, posix}
    end
  end

  defp split(
         <<n::32, path::binary-size(n), m::32, relative::binary-size(m), rest::binary>>,
         inputs
       ),
       do: split(rest, [{:binary.copy(path), :binary.copy(relative)} | inputs])

  defp split(rest, inputs), do: {Enum.reverse(inputs), rest}

  @spec close(t) :: :ok
  def close(spool) do
    _ = :file.close(spool.file)
    :ok
  end
end
