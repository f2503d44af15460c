defmodule Thumbnailer.Batch.Journal.OutputClaims do
  @moduledoc false
  # What a run knows of its own files: which input each output is made from, so that no output comes from two, and which files
  # are inputs, by device and inode, so that none is replaced. On disk, as there may be millions.

  alias Thumbnailer.Batch.Journal.DiskTable

  @enforce_keys [:table, :fold]
  defstruct [:table, :fold]

  @typedoc "`fold` is whether names that differ in case or in Unicode's normal form are one file in the folder of the outputs."
  @type t :: %__MODULE__{table: pid, fold: boolean}

  @doc "Starts without claims, with a file at `path` for the time being."
  @spec open(Path.t(), boolean) :: {:ok, t} | {:error, File.posix()}
  def open(path, fold) do
    with {:ok, table} <- DiskTable.start_link(path),
         do: {:ok, %__MODULE__{table: table, fold: fold}}
  end

  @doc "Claims outputs for inputs, each `{output, input}`: `:ok`, `:again` when it has it already, or the input that was first."
  @spec claim(t, [{Path.t(), Path.t()}]) :: [:ok | :again | {:taken, Path.t()}]
  def claim(claims, pairs) do
    entries = for {output, input} <- pairs, do: {key("o", folded(output, claims.fold)), input}

    claims.table
    |> DiskTable.put_new(entries)
    |> Enum.zip_with(pairs, fn
      :ok, _pair -> :ok
      {:taken, input}, {_output, input} -> :again
      {:taken, other}, _pair -> {:taken, other}
    end)
  end

  @doc "Remembers files as inputs of this run."
  @spec add_sources(t, [{File.Stat.t(), Path.t()}]) :: :ok
  def add_sources(claims, sources) do
    _known =
      DiskTable.put_new(claims.table, for({info, path} <- sources, do: {identity(info), path}))

    :ok
  end

  @doc "For each file the input of this run that it is, by whatever name, or nil."
  @spec sources(t, [File.Stat.t()]) :: [Path.t() | nil]
  def sources(claims, infos), do: DiskTable.fetch(claims.table, Enum.map(infos, &identity/1))

  @spec close(t) :: :ok
  def close(claims), do: DiskTable.stop(claims.table)

  defp identity(info), do: key("s", <<info.major_device::64, info.inode::64>>)
  defp key(kind, bytes), do: :erlang.md5([kind, bytes])

  defp folded(output, false), do: output

  defp folded(output, true) do
    if String.valid?(output),
      do: output |> String.normalize(:nfc) |> String.downcase(),
      else: output
  end
end
