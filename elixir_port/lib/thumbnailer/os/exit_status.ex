defmodule Thumbnailer.OS.ExitStatus do
  @moduledoc false
  # How an operating system process ended: a status from 0 to 255, where 128 and more mean a signal, or the reason why
  # the port closed before a status arrived.

  # The signal numbers that are equal on Linux, macOS and the BSDs.
  @signals %{
    1 => :hup,
    2 => :int,
    3 => :quit,
    4 => :ill,
    5 => :trap,
    6 => :abrt,
    8 => :fpe,
    9 => :kill,
    11 => :segv,
    13 => :pipe,
    14 => :alrm,
    15 => :term
  }

  # The program's exit codes for a wrong command line, and for a required sandbox that the host does not support:
  # docs/protocol.md.
  @in_vain %{
    64 => "it does not accept its options, and has said in the log which",
    69 => "the sandbox that is required is not there, and the log says what of it"
  }

  @doc "Whether the program would end in the same way after a restart."
  @spec permanent?(non_neg_integer | term) :: boolean
  def permanent?(status), do: is_map_key(@in_vain, status)

  @doc "The end in words, as part of a sentence."
  @spec describe(non_neg_integer | term) :: String.t()
  def describe(status) when is_integer(status) do
    case details(status) do
      %{signal: signal} -> "killed by SIG" <> String.upcase(Atom.to_string(signal))
      %{} -> "exit status #{status}" <> meaning(@in_vain[status])
    end
  end

  def describe(:normal), do: "it closed its output"
  def describe(:epipe), do: "it closed its input"
  def describe(reason), do: inspect(reason)

  defp meaning(nil), do: ""
  defp meaning(words), do: ": " <> words

  @doc "The end as details of an error."
  @spec details(non_neg_integer | term) :: %{
          optional(:exit_status) => non_neg_integer,
          optional(:signal) => atom
        }
  def details(status) when is_integer(status) do
    case Map.fetch(@signals, status - 128) do
      {:ok, signal} -> %{exit_status: status, signal: signal}
      :error -> %{exit_status: status}
    end
  end

  def details(_reason), do: %{}
end
